//! The rules, one file each.

pub(crate) mod th101;
pub(crate) mod th102;
pub(crate) mod th103;
pub(crate) mod th104;
pub(crate) mod th105;
pub(crate) mod th106;
pub(crate) mod th107;
pub(crate) mod th108;
pub(crate) mod th109;
pub(crate) mod th110;
pub(crate) mod th111;
pub(crate) mod th112;
pub(crate) mod th113;
pub(crate) mod th201;
pub(crate) mod th202;
pub(crate) mod th203;
pub(crate) mod th204;
pub(crate) mod th205;
pub(crate) mod th301;
pub(crate) mod th302;
pub(crate) mod th303;
pub(crate) mod th304;
pub(crate) mod th305;
pub(crate) mod th306;
pub(crate) mod th307;
