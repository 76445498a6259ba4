pub(crate) mod encode;
pub(crate) mod json;
pub(crate) mod stack;
use std::rc::Rc;
#[derive(Debug)]
pub(crate) struct Api;
#[derive(Debug, Clone, Copy)]
pub(crate) enum Door {
    JsonRpc,
}
impl Door {
    pub(crate) fn find(
        _m: kargo_http::Method,
        _p: Option<&[u8]>,
    ) -> Result<Self, (u16, Option<&'static str>)> {
        Err((404, None))
    }
}
pub(crate) fn serve(_id: kargo_net::RequestId, _api: &Rc<Api>, _door: Door) {}
pub(crate) fn clear() {
    json::clear();
}
