/// A value and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    pub(crate) value: String,
    /// Where it stands: `path:line` of its file.
    pub(crate) at: String,
}
