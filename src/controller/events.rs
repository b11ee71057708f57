//! Events: on change only, and never a reason for a pass to fail.

use kube::Client;
use kube::runtime::events::{Event, EventType, Recorder, Reporter};

use crate::api::Reason;

use super::objects::Object;

/// Publishes events.
pub(super) struct Events {
    recorder: Recorder,
}

/// Something to tell about an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct News {
    pub warning: bool,
    pub reason: Reason,
    pub action: &'static str,
    pub note: String,
}

impl News {
    pub fn normal(reason: Reason, action: &'static str, note: impl Into<String>) -> Self {
        Self {
            warning: false,
            reason,
            action,
            note: note.into(),
        }
    }

    pub fn warning(reason: Reason, action: &'static str, note: impl Into<String>) -> Self {
        Self {
            warning: true,
            ..Self::normal(reason, action, note)
        }
    }
}

impl Events {
    pub fn new(client: Client) -> Self {
        let instance = std::env::var("HOSTNAME").ok();
        Self {
            recorder: Recorder::new(
                client,
                Reporter {
                    controller: "onhook".to_owned(),
                    instance,
                },
            ),
        }
    }

    /// Publishes what there is to tell, without anybody waiting for it: a write to the account must follow its intent at
    /// once. Events expire and may be lost; everything they say stands in the status too.
    pub fn publish<K: Object>(&self, object: &K, news: Vec<News>) {
        if news.is_empty() {
            return;
        }
        let (recorder, reference) = (self.recorder.clone(), object.object_ref(&()));
        tokio::spawn(async move {
            for item in news {
                if let Err(error) = recorder.publish(&event(&item), &reference).await {
                    tracing::debug!(%error, reason = item.reason.as_str(), "an event was not published");
                }
            }
        });
    }
}

fn event(news: &News) -> Event {
    Event {
        type_: if news.warning {
            EventType::Warning
        } else {
            EventType::Normal
        },
        reason: news.reason.into(),
        note: Some(news.note.chars().take(1000).collect()),
        action: news.action.to_owned(),
        secondary: None,
    }
}
