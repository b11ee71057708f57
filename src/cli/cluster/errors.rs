//! What the API server said, or why it could not be asked, in words for a person.

use std::error::Error;
use std::fmt;

use kube::core::Status;

/// Which server was asked, and how it was found.
#[derive(Clone, Debug)]
pub(super) struct Server {
    pub url: String,
    /// The context of the kubeconfig; none in a pod.
    pub context: Option<String>,
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.context {
            Some(context) => write!(f, "the API server {} (context {context})", self.url),
            None => write!(f, "the API server {} (of this pod)", self.url),
        }
    }
}

/// Why a request failed.
pub(super) fn words(server: &Server, error: &kube::Error) -> String {
    let text = match error {
        kube::Error::Api(status) => said(server, status),
        kube::Error::Service(cause) => unreachable(server, cause.as_ref()),
        kube::Error::HyperError(cause) => unreachable(server, cause),
        other => format!("{server} cannot be asked: {}", causes(other)),
    };
    // It begins a sentence.
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn said(server: &Server, status: &Status) -> String {
    let message = status.message.trim_end_matches('.');
    match status.code {
        401 => format!(
            "{server} does not know who you are (401). Log in again, or look at the user of the context in the kubeconfig."
        ),
        403 if message.contains("onhook.dev") => format!(
            "{server} does not let you (403): {message}. The ClusterRole onhook-viewer lets one read, onhook-administrator \
             the rest."
        ),
        403 => format!("{server} does not let you (403): {message}."),
        404 if no_such_kind(status) => format!(
            "the CRDs of Onhook are not installed on {server}. Install the chart, or kubectl apply --server-side -f crds/. \
             onhook check says what else is missing."
        ),
        code => format!("{server} answers {code}: {message}."),
    }
}

/// Whether it is the kind that is not there: an object that is not there is named.
pub(super) fn no_such_kind(status: &Status) -> bool {
    let named = |status: &Status| {
        status
            .details
            .as_ref()
            .is_some_and(|details| !details.name.is_empty())
    };
    status.code == 404 && !named(status)
}

fn unreachable(server: &Server, cause: &(dyn Error + 'static)) -> String {
    format!(
        "{server} cannot be reached: {}. Is it the right one, and is it up?",
        causes(cause)
    )
}

/// An error with all that it is caused by. What only says that there is a cause is left out, and so is what was said.
pub(super) fn causes(error: &(dyn Error + 'static)) -> String {
    let mut said: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let words = error.to_string();
        next = error.source();
        let empty = words == "client error (Connect)" || words == "client error (SendRequest)";
        if !empty && !said.iter().any(|before| before.contains(&words)) {
            said.push(words);
        }
    }
    match said.is_empty() {
        true => error.to_string(),
        false => said.join(": "),
    }
}

#[cfg(test)]
mod tests {
    use kube::core::response::StatusDetails;

    use super::*;

    fn server() -> Server {
        Server {
            url: "https://acme.example:6443".to_owned(),
            context: Some("acme".to_owned()),
        }
    }

    fn answer(code: u16, message: &str, name: &str) -> String {
        let details: StatusDetails = serde_json::from_value(serde_json::json!({"name": name})).unwrap();
        let status = Status::failure(message, "").with_code(code).with_details(details);
        words(&server(), &kube::Error::Api(status.boxed()))
    }

    #[test]
    fn each_answer_has_words_of_its_own_and_names_the_server() {
        let answers = [
            (answer(401, "Unauthorized", ""), "does not know who you are"),
            (answer(403, "users.onhook.dev is forbidden", ""), "onhook-viewer"),
            (
                answer(404, "404 page not found", ""),
                "CRDs of Onhook are not installed",
            ),
            (
                answer(404, "users.onhook.dev \"jane\" not found", "jane"),
                "answers 404: users.onhook.dev",
            ),
            (answer(500, "etcd is slow.", ""), "answers 500: etcd is slow."),
        ];
        for (said, words) in answers {
            assert!(
                said.contains(words) && said.contains("https://acme.example:6443 (context acme)"),
                "{said}"
            );
        }
        assert!(!answer(403, "pods is forbidden", "").contains("onhook-viewer"));
    }

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Cause(&'static str, #[source] Option<Box<Cause>>);

    #[test]
    fn a_cause_is_said_once_and_to_its_end() {
        let refused = Cause("Connection refused (os error 111)", None);
        let tcp = Cause("tcp connect error", Some(Box::new(refused)));
        let client = Cause("client error (Connect)", Some(Box::new(tcp)));
        assert_eq!(
            causes(&client),
            "tcp connect error: Connection refused (os error 111)"
        );
        let inner = Cause("no such host", None);
        assert_eq!(
            causes(&Cause("dns: no such host", Some(Box::new(inner)))),
            "dns: no such host"
        );
        assert_eq!(
            causes(&Cause("client error (Connect)", None)),
            "client error (Connect)"
        );
    }
}
