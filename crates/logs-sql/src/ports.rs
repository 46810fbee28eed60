//! The ports of a store: each method is a function of the adapter, in its span.

/// Implements the ports for a store, as the callback of [`port_methods!`](logs_domain::port_methods).
///
/// `port_methods!(delegate, MyStore "sqlite")` takes the store, and the name of its database in OpenTelemetry.
/// A module `calls` beside it has a function for each method, with the name and the arguments of the method
/// and the store in place of `&self`.
#[macro_export]
macro_rules! delegate {
    ($store:ident $system:literal; $($port:ident {
        $($variant:ident $span:literal $method:ident($($argument:ident: $type:ty),*) -> $answer:ty;)+
    })+) => {
        $(
            #[$crate::async_trait]
            impl ::logs_domain::$port for $store {
                $(
                    async fn $method(
                        &self,
                        $($argument: $type),*
                    ) -> ::logs_domain::StoreResult<$answer> {
                        let span = $crate::port_span!($span, $method, $system);
                        $crate::span::observed(span, calls::$method(self, $($argument),*)).await
                    }
                )+
            }
        )+
    };
}
