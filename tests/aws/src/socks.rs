//! A SOCKS5 proxy (RFC 1928) with or without a user's name and password (RFC 1929).

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::exchange::Connection;
use crate::proxy::Targets;
use crate::record::{Auth, Request, Service};
use crate::state::State;

const VERSION: u8 = 5;
const NO_AUTHENTICATION: u8 = 0;
const USER_AND_PASSWORD: u8 = 2;
const NONE_ACCEPTABLE: u8 = 0xff;

const SUCCEEDED: u8 = 0;
const NOT_ALLOWED: u8 = 2;
const NO_SUCH_COMMAND: u8 = 7;

/// Serves one client to the end of its tunnel.
pub(crate) async fn serve(
    mut client: impl AsyncRead + AsyncWrite + Unpin,
    connection: &Connection,
    state: &State,
    targets: Targets,
) -> io::Result<()> {
    let mut request = Request::new(Service::Socks, connection, state.started.elapsed());
    request.method = "SOCKS5".into();
    let (user, authorization) = greet(&mut client, state).await?;
    let welcome = !matches!(authorization, Auth::Rejected(_));
    (request.proxy_user, request.authorization) = (user, authorization);
    if !welcome {
        state.record.push(request);
        return Ok(());
    }
    let mut head = [0; 4];
    client.read_exact(&mut head).await?;
    let host = match head[3] {
        1 => {
            let mut address = [0; 4];
            client.read_exact(&mut address).await?;
            Ipv4Addr::from(address).to_string()
        }
        4 => {
            let mut address = [0; 16];
            client.read_exact(&mut address).await?;
            format!("[{}]", Ipv6Addr::from(address))
        }
        _ => {
            let name = string(&mut client).await?;
            String::from_utf8_lossy(&name).into_owned()
        }
    };
    let port = client.read_u16().await?;
    request.path = format!("{host}:{port}");
    request.host = request.path.clone();
    request.asked_by_name = Some(head[3] == 3);
    let target = targets.find(&request.path);
    let (reply, target) = match (head[1], target) {
        (1, Some(target)) => (SUCCEEDED, Some(target)),
        (1, None) => (NOT_ALLOWED, None),
        _ => (NO_SUCH_COMMAND, None),
    };
    request.status = Some(reply.into());
    request.answered = Some(state.started.elapsed());
    state.record.push(request);
    let answer = [VERSION, reply, 0, 1, 0, 0, 0, 0, 0, 0];
    client.write_all(&answer).await?;
    if let Some(target) = target {
        let mut service = TcpStream::connect(target).await?;
        service.set_nodelay(true)?;
        tokio::io::copy_bidirectional(&mut client, &mut service).await?;
    }
    Ok(())
}

/// Agrees on a method and hears the user's name and password where they are asked for.
async fn greet(
    client: &mut (impl AsyncRead + AsyncWrite + Unpin),
    state: &State,
) -> io::Result<(Option<String>, Auth)> {
    if client.read_u8().await? != VERSION {
        return Ok((None, Auth::Rejected("not SOCKS5".into())));
    }
    let methods = string(client).await?;
    let wanted = match state.proxy_credentials {
        Some(_) => USER_AND_PASSWORD,
        None => NO_AUTHENTICATION,
    };
    if !methods.contains(&wanted) {
        client.write_all(&[VERSION, NONE_ACCEPTABLE]).await?;
        let reason = format!("method {wanted} was not offered");
        return Ok((None, Auth::Rejected(reason)));
    }
    client.write_all(&[VERSION, wanted]).await?;
    let Some((user, password)) = &state.proxy_credentials else {
        return Ok((None, Auth::None));
    };
    let _version = client.read_u8().await?;
    let sent_user = String::from_utf8_lossy(&string(client).await?).into_owned();
    let sent_password = string(client).await?;
    let right = sent_user == *user && sent_password == password.as_bytes();
    client.write_all(&[1, u8::from(!right)]).await?;
    let verdict = if right {
        Auth::Token
    } else {
        Auth::Rejected("wrong user or password".into())
    };
    Ok((Some(sent_user), verdict))
}

/// A length in one byte and as many bytes.
async fn string(client: &mut (impl AsyncRead + Unpin)) -> io::Result<Vec<u8>> {
    let length = client.read_u8().await?;
    let mut bytes = vec![0; length.into()];
    client.read_exact(&mut bytes).await?;
    Ok(bytes)
}
