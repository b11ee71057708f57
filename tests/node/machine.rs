//! A node: containerd, kubelet, a scheduler and the controllers that make pods, in the namespaces of `apart.sh`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use k8s_openapi::api::core::v1::Node;
use kube::Api;
use onhook::testbed::{Cluster, Process, wait_until};
use tokio::net::{TcpListener, TcpStream};

const DEADLINE: Duration = Duration::from_secs(120);
const NAME: &str = "node";
/// The Service `kubernetes`, where pods look for the API server; see `inside.sh`.
const SERVICE: &str = "10.0.0.1:443";
/// The harness runs the others.
const CONTROLLERS: &str = "deployment-controller,replicaset-controller,node-lifecycle-controller";
/// The image of the container that holds a pod's network.
const PAUSE: &str = "docker.io/library/onhook:pause";

pub struct Machine {
    work: PathBuf,
    processes: Vec<Process>,
}

/// A variable that `run.sh` sets.
pub fn given(name: &str) -> PathBuf {
    let value = std::env::var_os(name);
    PathBuf::from(value.unwrap_or_else(|| panic!("{name} is not set; run tests/node/run.sh")))
}

impl Machine {
    /// Starts it, and waits until pods can run there. The images are on it.
    pub async fn start(cluster: &Cluster) -> Self {
        let mut machine = Self {
            work: given("ONHOOK_NODE_WORK"),
            processes: Vec::new(),
        };
        forward_service(cluster).await;
        machine.containerd().await;
        machine.control(cluster);
        machine.kubelet(cluster);
        machine.ready(cluster).await;
        machine
    }

    /// Writes a file, and gives its path.
    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.work.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    fn spawn(&mut self, command: Command) {
        let program = Path::new(command.get_program()).file_name().unwrap();
        let log = self.work.join(program).with_extension("log");
        self.processes.push(Process::spawn(command, log).unwrap());
    }

    fn socket(&self) -> PathBuf {
        self.work.join("containerd.sock")
    }

    async fn containerd(&mut self) {
        let network = serde_json::json!({
            "cniVersion": "1.0.0",
            "name": "pods",
            "plugins": [{
                "type": "ptp",
                "ipam": {
                    "type": "host-local",
                    "dataDir": self.work.join("cni"),
                    "ranges": [[{"subnet": "10.244.0.0/24"}]],
                    "routes": [{"dst": "0.0.0.0/0"}],
                },
            }],
        });
        self.file("net.d/pods.conflist", &network.to_string());
        let work = self.work.display();
        let config = format!(
            r#"version = 2
root = "{work}/containerd/root"
state = "{work}/containerd/state"
[grpc]
address = "{work}/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "{PAUSE}"
# Some machines have no right to it, and nothing here needs it.
restrict_oom_score_adj = true
stream_server_address = "127.0.0.1"
[plugins."io.containerd.grpc.v1.cri".containerd]
# It works on every file system.
snapshotter = "native"
default_runtime_name = "runc"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
SystemdCgroup = false
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "{plugins}"
conf_dir = "{work}/net.d"
"#,
            plugins = given("ONHOOK_NODE_CNI").display(),
        );
        let config = self.file("containerd.toml", &config);
        let mut command = Command::new("containerd");
        command.arg("--config").arg(config);
        self.spawn(command);
        let up = async || self.ctr(&["version".as_ref()]);
        wait_until("containerd", DEADLINE, up)
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        for image in [self.work.join("pause.tar"), given("ONHOOK_NODE_IMAGE")] {
            let import = ["images", "import", "--snapshotter=native"].map(AsRef::as_ref);
            let done = self.ctr(&[&import[..], &[image.as_os_str()]].concat());
            println!("node: {}", done.unwrap().trim());
        }
    }

    fn ctr(&self, arguments: &[&std::ffi::OsStr]) -> Result<String, String> {
        let done = Command::new("ctr")
            .arg("--address")
            .arg(self.socket())
            .args(["--namespace", "k8s.io"])
            .args(arguments)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
        if done.status.success() {
            Ok(said)
        } else {
            Err(said)
        }
    }

    /// The scheduler, and the controllers that make pods of a Deployment.
    fn control(&mut self, cluster: &Cluster) {
        let kubeconfig = format!("--kubeconfig={}", cluster.kubeconfig_path().display());
        let mut scheduler = Command::new(given("ONHOOK_NODE_PROGRAMS").join("kube-scheduler"));
        scheduler.args([&kubeconfig, "--leader-elect=false", "--secure-port=0"]);
        self.spawn(scheduler);
        let control_plane = cluster.control_plane().unwrap();
        let mut manager = Command::new(control_plane.binary("kube-controller-manager"));
        manager
            .args([&kubeconfig, "--leader-elect=false", "--secure-port=0"])
            .arg(format!("--controllers={CONTROLLERS}"));
        self.spawn(manager);
    }

    fn kubelet(&mut self, cluster: &Cluster) {
        // Cgroups are left to the container runtime, which works with both versions. Nothing is evicted or cleaned up.
        let config = serde_json::json!({
            "apiVersion": "kubelet.config.k8s.io/v1beta1",
            "kind": "KubeletConfiguration",
            "address": "127.0.0.1",
            "healthzPort": 0,
            "authentication": {"anonymous": {"enabled": true}, "webhook": {"enabled": false}},
            "authorization": {"mode": "AlwaysAllow"},
            "cgroupDriver": "cgroupfs",
            "cgroupsPerQOS": false,
            "enforceNodeAllocatable": [],
            "failCgroupV1": false,
            "failSwapOn": false,
            "localStorageCapacityIsolation": false,
            "makeIPTablesUtilChains": false,
            "containerRuntimeEndpoint": format!("unix://{}", self.socket().display()),
            "podLogsDir": self.work.join("pods"),
            "volumePluginDir": self.work.join("plugins"),
            "imageGCHighThresholdPercent": 100,
            "evictionHard": {"memory.available": "0%", "nodefs.available": "0%", "imagefs.available": "0%"},
        });
        let config = self.file("kubelet.json", &config.to_string());
        let mut command = Command::new(given("ONHOOK_NODE_PROGRAMS").join("kubelet"));
        command
            .arg(format!("--config={}", config.display()))
            .arg(format!("--kubeconfig={}", cluster.kubeconfig_path().display()))
            .arg(format!("--root-dir={}", self.work.join("kubelet").display()))
            .arg(format!("--cert-dir={}", self.work.join("kubelet/pki").display()))
            .args([&format!("--hostname-override={NAME}"), "--node-ip=10.99.0.3"]);
        self.spawn(command);
    }

    async fn ready(&mut self, cluster: &Cluster) {
        let nodes: Api<Node> = Api::all(cluster.client().await.unwrap());
        let look = async || {
            for process in &mut self.processes {
                if let Err(ended) = process.check_running() {
                    return Ok(Err(ended));
                }
            }
            let node = nodes.get(NAME).await.map_err(|error| error.to_string())?;
            let tainted = node.spec.and_then(|spec| spec.taints).is_some();
            let conditions = node
                .status
                .and_then(|status| status.conditions)
                .unwrap_or_default();
            let ready = conditions
                .iter()
                .any(|one| one.type_ == "Ready" && one.status == "True");
            if ready && !tainted {
                Ok(Ok(()))
            } else {
                Err(format!("{conditions:?}"))
            }
        };
        let up = wait_until("the node to be ready", DEADLINE, look).await;
        if let Err(error) = up.and_then(|up| up) {
            panic!("{error}\n{}", self.logs());
        }
        println!("node: it is ready");
    }

    fn logs(&self) -> String {
        let logs = self.processes.iter().map(|process| {
            let file = process.log_file().display().to_string();
            format!("{file}:\n{}\n", process.log_tail(25))
        });
        logs.collect()
    }

    /// What there is to see where something did not work.
    pub async fn last_words(&self, cluster: &Cluster) -> String {
        let mut words = self.logs();
        let describe = ["describe", "pods", "--all-namespaces"];
        let output = cluster.kubectl(&describe).await.unwrap();
        words += &String::from_utf8_lossy(&output.stdout);
        for log in files(&self.work.join("pods")) {
            let text = std::fs::read_to_string(&log).unwrap_or_default();
            let lines: Vec<_> = text.lines().collect();
            let end = lines[lines.len().saturating_sub(25)..].join("\n");
            words += &format!("{}:\n{end}\n", log.display());
        }
        words
    }
}

/// The files of a folder and of the folders in it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found
}

/// Leads the address of the Service `kubernetes` to the API server, as kube-proxy does on other nodes.
async fn forward_service(cluster: &Cluster) {
    let server = cluster.control_plane().unwrap().url().replace("https://", "");
    let service = TcpListener::bind(SERVICE).await.unwrap();
    tokio::spawn(async move {
        while let Ok((mut from, _)) = service.accept().await {
            let server = server.clone();
            tokio::spawn(async move {
                if let Ok(mut to) = TcpStream::connect(server).await {
                    // One end closes whenever it likes.
                    let _ = tokio::io::copy_bidirectional(&mut from, &mut to).await;
                }
            });
        }
    });
}
