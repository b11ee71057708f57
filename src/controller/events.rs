//! Events: on change only, and never a reason for a pass to fail.

use kube::Client;
use kube::runtime::events::{Event, EventType, Recorder, Reporter};

use super::objects::Object;

/// Publishes events.
pub(super) struct Events {
    recorder: Recorder,
}

/// Something to tell about an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct News {
    pub warning: bool,
    pub reason: String,
    pub action: &'static str,
    pub note: String,
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

    /// Publishes what there is to tell. Events expire and may be lost: everything they say stands in the status too.
    pub async fn publish<K: Object>(&self, object: &K, news: Vec<News>) {
        for item in news {
            let event = Event {
                type_: if item.warning {
                    EventType::Warning
                } else {
                    EventType::Normal
                },
                reason: item.reason.chars().take(128).collect(),
                note: Some(item.note.chars().take(1000).collect()),
                action: item.action.to_owned(),
                secondary: None,
            };
            if let Err(error) = self.recorder.publish(&event, &object.object_ref(&())).await {
                tracing::debug!(%error, reason = item.reason, "an event was not published");
            }
        }
    }
}
