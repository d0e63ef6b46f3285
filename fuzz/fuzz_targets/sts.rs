#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| git_codecommit::fuzz::check("sts", data));
