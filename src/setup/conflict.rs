//! A setting that differs from the one setup would write.

#[derive(Debug)]
pub(crate) struct Conflict {
    /// As [`super::places::Places::shown`] has it.
    pub(crate) file: String,
    pub(crate) why: String,
    /// `- the present value` and `+ the requested one`.
    pub(crate) lines: Vec<String>,
}
