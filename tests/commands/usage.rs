//! How commands end and what they say when something is wrong: as a script and a person need it.

use std::io::Read;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use onhook::testbed::{Cluster, free_ports, shared};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

use super::scene::Said;

/// Runs the binary on a kubeconfig, with these variables.
pub async fn onhook(
    kubeconfig: &Path,
    arguments: &[&str],
    variables: &[(&str, &str)],
) -> (Option<i32>, Said) {
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_onhook"));
    for name in [
        "HTTPS_PROXY",
        "https_proxy",
        "NO_PROXY",
        "no_proxy",
        "ONHOOK_API_KEY",
        "ONHOOK_NAMESPACE",
    ] {
        command.env_remove(name);
    }
    command.args(arguments).env("KUBECONFIG", kubeconfig);
    command.envs(variables.iter().copied());
    let output = command.output().await.unwrap();
    let said = Said {
        worked: output.status.success(),
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    };
    (output.status.code(), said)
}

/// The kubeconfig of a cluster, changed in its one cluster and its one user.
fn changed(cluster: &Cluster, name: &str, change: impl FnOnce(&mut Value, &mut Value)) -> PathBuf {
    let text = std::fs::read_to_string(cluster.kubeconfig_path()).unwrap();
    let mut config: Value = serde_json::from_str(&text).unwrap();
    let mut of_cluster = config["clusters"][0]["cluster"].take();
    let mut of_user = config["users"][0]["user"].take();
    change(&mut of_cluster, &mut of_user);
    config["clusters"][0]["cluster"] = of_cluster;
    config["users"][0]["user"] = of_user;
    let path = cluster.scratch().join(format!("{name}.kubeconfig"));
    std::fs::write(&path, config.to_string()).unwrap();
    path
}

#[tokio::test]
async fn wrong_arguments_end_with_1_which_no_verdict_lets_through() {
    let nowhere = Path::new("/nowhere");
    for arguments in [
        &["plan"][..],
        &["plan", "--filenames", "people"],
        &["plan", "-f", "people", "-o", "html"],
        &["explain", "--as-group", "g", "--no-such"],
        &["nobody"],
        &[],
    ] {
        let (code, said) = onhook(nowhere, arguments, &[]).await;
        assert_eq!(code, Some(1), "{arguments:?}: {}", said.err);
        assert!(
            said.out.is_empty() && said.err.contains("--help"),
            "{arguments:?}: {}",
            said.err
        );
    }
    for arguments in [
        &["--help"][..],
        &["--version"],
        &["plan", "--help"],
        &["help", "records"],
    ] {
        let (code, said) = onhook(nowhere, arguments, &[]).await;
        assert_eq!(code, Some(0), "{arguments:?}: {}", said.err);
        assert!(
            !said.out.is_empty() && said.err.is_empty(),
            "{arguments:?}: {}",
            said.err
        );
    }
    let pipelines = ["github-actions.yaml", "gitlab-ci.yaml"];
    for pipeline in pipelines {
        let text = std::fs::read_to_string(format!("examples/pull-request/{pipeline}")).unwrap();
        let verdicts = text
            .lines()
            .filter_map(|line| Some(&line[line.find("case \"")?..]));
        let verdicts: Vec<_> = verdicts.collect();
        assert_eq!(verdicts.len(), 1, "{pipeline}");
        for code in ["0", "2", "3", "1", "4", "101", "127", ""] {
            let mut shell = Command::new("sh");
            shell
                .args(["-c", verdicts[0]])
                .env("CODE", code)
                .env("code", code);
            let passes = shell.status().unwrap().success();
            assert_eq!(passes, ["0", "2", "3"].contains(&code), "{pipeline}: {code:?}");
        }
    }
}

#[test]
fn who_has_read_enough_ends_a_command_quietly() {
    for arguments in [&["crds"][..], &["completions", "bash"], &["plan", "--help"]] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_onhook"))
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // More than a pipe holds is still to come, or nobody reads at all.
        let mut pipe = child.stdout.take().unwrap();
        if arguments[0] == "crds" {
            pipe.read_exact(&mut [0; 16]).unwrap();
        }
        drop(pipe);
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            (output.status.code(), said.as_str()),
            (Some(0), ""),
            "{arguments:?}"
        );
    }
}

#[test]
fn a_standard_error_that_takes_nothing_changes_no_exit_status() {
    for (arguments, code) in [(&["explain"][..], 1), (&["no-such-command"], 1), (&["crds"], 0)] {
        // Each write to it fails.
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_onhook"))
            .args(arguments)
            .env("KUBECONFIG", "/nowhere")
            .stderr(full)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
    }
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_named_with_the_cause() {
    let cluster = shared().await.unwrap();
    let [port] = free_ports().unwrap();
    let refused = changed(cluster, "refused", |server, _| {
        server["server"] = json!(format!("https://127.0.0.1:{port}"));
    });
    let unknown = changed(cluster, "unknown", |server, _| {
        server["server"] = json!("https://k8s.invalid:6443");
    });
    let foreign = changed(cluster, "foreign", |server, _| {
        server.as_object_mut().unwrap().remove("certificate-authority");
    });
    let (refused_at, server) = (format!("https://127.0.0.1:{port}"), url(cluster));
    for (kubeconfig, at, cause) in [
        (&refused, refused_at.as_str(), "Connection refused"),
        (&unknown, "https://k8s.invalid:6443", "dns error"),
        (&foreign, server.as_str(), "invalid peer certificate"),
    ] {
        let (code, said) = onhook(kubeconfig, &["explain", "-A"], &[]).await;
        assert_eq!(code, Some(1));
        for words in [at, cause, "(context onhook-testbed)", "cannot be reached"] {
            assert!(said.err.contains(words), "{words:?} is not in: {}", said.err);
        }
        assert!(!said.err.contains("client error (Connect)"), "{}", said.err);
    }
    let (_, said) = onhook(Path::new("/nowhere"), &["explain", "-A"], &[]).await;
    assert!(
        said.err.contains("There is no cluster to ask") && said.err.contains("/nowhere"),
        "{}",
        said.err
    );
    let (_, said) = onhook(cluster.kubeconfig_path(), &["explain", "--context", "other"], &[]).await;
    assert!(said.err.contains("other"), "{}", said.err);
}

fn url(cluster: &Cluster) -> String {
    cluster.control_plane().unwrap().url().to_owned()
}

#[tokio::test]
async fn who_is_unknown_and_who_may_not_is_told_apart() {
    let cluster = shared().await.unwrap();
    let stranger = changed(cluster, "stranger", |_, user| {
        *user = json!({"token": "of-nobody"})
    });
    let (code, said) = onhook(&stranger, &["explain", "-A"], &[]).await;
    assert_eq!(code, Some(1));
    assert!(
        said.err.contains("does not know who you are (401)"),
        "{}",
        said.err
    );

    let nobody = cluster.kubeconfig_for("nobody", &[]).unwrap();
    let (_, said) = onhook(&nobody, &["explain", "-A"], &[]).await;
    for words in ["does not let you (403)", "\"nobody\"", "onhook-viewer"] {
        assert!(said.err.contains(words), "{}", said.err);
    }
    let (_, said) = onhook(&nobody, &["explain", "-A", "--as", "chief"], &[]).await;
    assert!(said.err.contains("cannot impersonate"), "{}", said.err);

    let admin = cluster.kubeconfig_path();
    let (_, said) = onhook(admin, &["explain", "-A", "--as", "somebody"], &[]).await;
    assert!(said.err.contains("\"somebody\" cannot list"), "{}", said.err);
    let group = [
        "explain",
        "-A",
        "--as",
        "somebody",
        "--as-group",
        "system:masters",
    ];
    let (code, said) = onhook(admin, &group, &[]).await;
    assert_eq!(code, Some(0), "{}", said.err);
    let (code, said) = onhook(admin, &["explain", "--as-group", "system:masters"], &[]).await;
    assert_eq!(code, Some(1));
    assert!(said.err.contains("give --as as well"), "{}", said.err);
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_waited_for_as_long_as_asked() {
    let cluster = shared().await.unwrap();
    // It takes connections, and never says a word.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let kubeconfig = changed(cluster, "silent", |server, _| {
        server["server"] = json!(format!("https://{address}"));
    });
    let begun = std::time::Instant::now();
    let (code, said) = onhook(&kubeconfig, &["explain", "--request-timeout", "1"], &[]).await;
    assert_eq!(code, Some(1));
    assert!(said.err.contains("cannot be reached"), "{}", said.err);
    assert!(begun.elapsed().as_secs() < 20, "it took {:?}", begun.elapsed());
    for wrong in ["soon", "-1", "1.5"] {
        let (code, _) = onhook(
            &kubeconfig,
            &["explain", &format!("--request-timeout={wrong}")],
            &[],
        )
        .await;
        assert_eq!(code, Some(1), "{wrong}");
    }
}

/// A proxy of HTTP that leads everybody to one address, and notes where they wanted to.
struct Proxy {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    async fn to(address: SocketAddr) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let notes = asked.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let notes = notes.clone();
                tokio::spawn(async move {
                    let mut stream = BufReader::new(stream);
                    let mut lines = Vec::new();
                    let mut line = String::new();
                    while stream.read_line(&mut line).await.is_ok() && !line.trim().is_empty() {
                        lines.push(std::mem::take(&mut line));
                    }
                    notes
                        .lock()
                        .unwrap()
                        .push(lines.first().cloned().unwrap_or_default());
                    let mut server = tokio::net::TcpStream::connect(address).await.unwrap();
                    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut stream, &mut server).await;
                });
            }
        });
        Self { url, asked }
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

#[tokio::test]
async fn a_proxy_is_used_as_kubectl_uses_it() {
    let cluster = shared().await.unwrap();
    let address: SocketAddr = url(cluster).trim_start_matches("https://").parse().unwrap();
    let proxy = Proxy::to(address).await;
    let explain = ["explain", "-A"];

    let named = changed(cluster, "proxy", |server, _| {
        server["proxy-url"] = json!(proxy.url)
    });
    let (code, said) = onhook(&named, &explain, &[]).await;
    assert_eq!(code, Some(0), "{}", said.err);
    assert!(proxy.asked()[0].starts_with(&format!("CONNECT {address} ")));

    // A name that only the proxy can lead to the server.
    let remote = changed(cluster, "remote", |server, _| {
        server["server"] = json!(format!("https://k8s.invalid:{}", address.port()));
        server["tls-server-name"] = json!("localhost");
    });
    let variable = ("HTTPS_PROXY", proxy.url.as_str());
    // kube takes the exception of the proxy's own address for one of the server.
    for excepted in ["", "127.0.0.1", "other.invalid"] {
        let (code, said) = onhook(&remote, &explain, &[variable, ("NO_PROXY", excepted)]).await;
        assert_eq!(code, Some(0), "{excepted}: {}", said.err);
        assert_eq!(proxy.asked().len(), 1, "{excepted}");
    }
    let (code, said) = onhook(&remote, &explain, &[variable, ("NO_PROXY", "k8s.invalid")]).await;
    assert_eq!(code, Some(1));
    assert!(said.err.contains("dns error"), "{}", said.err);
    // This machine is asked directly.
    let (code, said) = onhook(cluster.kubeconfig_path(), &explain, &[variable]).await;
    assert_eq!(code, Some(0), "{}", said.err);
    assert_eq!(proxy.asked(), [""; 0]);
}
