//! The addresses of the Site Management API.

use onhook::simulator::Account;
use serde_json::{Value, json};

use crate::common::{Answer, Bench, bench};

const MEDIA: &str = "application/vnd.addresses.v1+json";

impl Bench {
    async fn addresses(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let url = format!("{}/addresses{path}", self.simulator.account_url());
        let headers = [
            ("x-api-key", self.key.as_str()),
            ("accept", MEDIA),
            ("content-type", MEDIA),
        ];
        self.raw(method, &url, &headers, body).await
    }
}

#[tokio::test]
async fn an_address_is_made_once_used_by_a_site_and_deleted_when_nothing_uses_it() {
    let bench = bench(Account::empty(3)).await;
    let parts = json!({
        "streetNumber": "100", "streetName": "Main St", "city": "Springfield", "state": "CA", "postal": "94105",
        "country": "US",
    });
    let made = bench.addresses("POST", "", Some(&parts)).await;
    assert_eq!(
        (made.status, made.media()),
        (200, MEDIA),
        "at once, without an operation"
    );
    assert_eq!(made.body["displayForm"], "100 Main St, Springfield CA, 94105");
    let id = made.body["id"].as_str().unwrap();
    let again = bench.addresses("POST", "", Some(&parts)).await;
    assert_eq!(again.body["id"], id, "the same parts are the same address");

    let site = json!({
        "name": "Springfield", "pbxName": "acme01", "locale": "en-US", "timezone": "America/Los_Angeles",
        "address": {"id": id},
    });
    let site = bench.done("POST", "/sites", Some(&site)).await;
    let path = format!("/{id}");
    let used = bench.addresses("GET", &path, None).await.body;
    assert_eq!(
        (&used["addressUsage"]["site"], &used["addressUsage"]["trunk"]),
        (&json!(1), &json!(0))
    );
    let refused = bench.addresses("DELETE", &path, None).await;
    assert_eq!((refused.status, refused.error().1.as_str()), (400, "BAD_REQUEST"));

    let site = format!("/sites/{}", site["resourceId"].as_str().unwrap());
    bench.done("DELETE", &site, None).await;
    // What answers nothing has no version.
    let url = format!("{}/addresses{path}", bench.simulator.account_url());
    let gone = bench
        .raw("DELETE", &url, &[("x-api-key", &bench.key)], None)
        .await;
    assert_eq!((gone.status, gone.media(), &gone.body), (204, "", &Value::Null));
    for method in ["GET", "DELETE"] {
        assert_eq!(bench.addresses(method, &path, None).await.status, 404, "{method}");
    }
}

#[tokio::test]
async fn addresses_are_listed_by_pages_and_need_a_country() {
    let bench = bench(Account::empty(3)).await;
    for city in ["Berlin", "Bonn", "Mainz"] {
        let parts = json!({"city": city, "country": "DE"});
        assert_eq!(bench.addresses("POST", "", Some(&parts)).await.status, 200);
    }
    let first = bench
        .addresses("GET", "?filter=country==DE&sort=-city&pageSize=2", None)
        .await
        .body;
    let cities: Vec<_> = first["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["city"].clone())
        .collect();
    assert_eq!(cities, ["Mainz", "Bonn"]);
    let next = format!(
        "?scrollId={}",
        first["pagination"]["nextScrollId"].as_str().unwrap()
    );
    let last = bench.addresses("GET", &next, None).await.body;
    assert_eq!(
        (&last["data"][0]["city"], &last["pagination"]["hasMore"]),
        (&json!("Berlin"), &json!(false))
    );
    let refused = bench
        .addresses("POST", "", Some(&json!({"city": "Berlin"})))
        .await;
    assert_eq!((refused.status, refused.error().0.as_str()), (400, "country"));
    let all = bench.addresses("GET", "", None).await.body;
    assert_eq!(
        all["data"].as_array().unwrap().len(),
        4,
        "the first site has one too"
    );
}
