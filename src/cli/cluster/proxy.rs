//! By which proxy the API server is asked, as kubectl has it.
//!
//! kube 5.0.0 holds $NO_PROXY against the address of the proxy instead of that of the server, so the choice is made here.

use std::net::IpAddr;

use axum::http::Uri;
use hyper_util::client::proxy::matcher::Matcher;

/// The proxy of a server: that which the kubeconfig names for it; else $HTTPS_PROXY, unless $NO_PROXY names the server, or it
/// is on this machine.
pub(super) fn of(
    server: &Uri,
    of_kubeconfig: Option<&str>,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Option<Uri>, String> {
    let either = |upper: &str, lower: &str| {
        let filled = |text: &String| !text.is_empty();
        variable(upper)
            .filter(filled)
            .or_else(|| variable(lower).filter(filled))
    };
    if let Some(named) = of_kubeconfig.filter(|named| !named.is_empty()) {
        return parsed(named).map(Some);
    }
    let Some(proxy) = either("HTTPS_PROXY", "https_proxy") else {
        return Ok(None);
    };
    let excepted = either("NO_PROXY", "no_proxy").unwrap_or_default();
    match is_here(server) || !is_for(server, &excepted) {
        true => Ok(None),
        false => parsed(&proxy).map(Some),
    }
}

/// Whether a server is asked by a proxy from which these are excepted.
fn is_for(server: &Uri, excepted: &str) -> bool {
    let any = "http://proxy";
    let matcher = Matcher::builder().http(any).https(any).no(excepted).build();
    matcher.intercept(server).is_some()
}

fn is_here(server: &Uri) -> bool {
    let host = server.host().unwrap_or_default();
    let address: Result<IpAddr, _> = host.trim_matches(['[', ']']).parse();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// An address without a scheme is one of HTTP.
fn parsed(proxy: &str) -> Result<Uri, String> {
    let whole = match proxy.contains("://") {
        true => proxy.to_owned(),
        false => format!("http://{proxy}"),
    };
    let uri: Uri = whole
        .parse()
        .map_err(|error| format!("the address of the proxy is none: {error}"))?;
    match uri.scheme_str() {
        Some("http" | "https" | "socks5") => Ok(uri),
        scheme => Err(format!(
            "a proxy of the scheme {} cannot be used, only one of http, https or socks5",
            scheme.unwrap_or_default()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The proxy of a server, with these variables.
    fn chosen(server: &str, of_kubeconfig: Option<&str>, variables: &[(&str, &str)]) -> Option<String> {
        let server = server.parse().unwrap();
        let variable = |name: &str| {
            let mut all = variables.iter();
            all.find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned())
        };
        let proxy = of(&server, of_kubeconfig, variable).unwrap();
        proxy.map(|proxy| proxy.to_string())
    }

    const PROXY: (&str, &str) = ("HTTPS_PROXY", "http://proxy.acme.example:3128");

    #[test]
    fn a_server_that_is_excepted_is_asked_directly() {
        let by = |server: &str, excepted: &str| chosen(server, None, &[PROXY, ("NO_PROXY", excepted)]);
        let (name, address) = ("https://k8s.acme.example:6443", "https://10.1.2.3:6443");
        for excepted in ["", "other.example", "proxy.acme.example", "10.1.2.3"] {
            assert!(by(name, excepted).is_some(), "{excepted}");
        }
        for excepted in [
            "k8s.acme.example",
            ".acme.example",
            "acme.example",
            "a.b, acme.example",
            "*",
        ] {
            assert_eq!(by(name, excepted), None, "{excepted}");
        }
        for excepted in ["10.1.2.3", "10.0.0.0/8", "x.y,10.1.0.0/16"] {
            assert_eq!(by(address, excepted), None, "{excepted}");
        }
        assert!(by(address, "10.2.0.0/16").is_some());
    }

    #[test]
    fn this_machine_needs_no_proxy_unless_the_kubeconfig_names_one() {
        for here in [
            "https://127.0.0.1:6443",
            "https://localhost:6443",
            "https://[::1]:6443",
        ] {
            assert_eq!(chosen(here, None, &[PROXY]), None, "{here}");
            let named = chosen(here, Some("socks5://proxy:1080"), &[PROXY, ("NO_PROXY", "*")]);
            assert_eq!(named.as_deref(), Some("socks5://proxy:1080/"));
        }
    }

    #[test]
    fn the_variables_are_read_in_both_cases_and_without_a_scheme() {
        let server = "https://k8s.acme.example";
        let lower = chosen(server, None, &[("https_proxy", "proxy:3128")]);
        assert_eq!(lower.as_deref(), Some("http://proxy:3128/"));
        let both = [
            ("HTTPS_PROXY", ""),
            ("https_proxy", "proxy:3128"),
            ("no_proxy", "k8s.acme.example"),
        ];
        assert_eq!(chosen(server, None, &both), None);
        assert_eq!(chosen(server, None, &[]), None);
        let wrong = of(&server.parse().unwrap(), Some("ftp://proxy"), |_| None);
        assert!(wrong.unwrap_err().contains("ftp"));
    }
}
