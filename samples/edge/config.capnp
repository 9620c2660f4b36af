# workerd's configuration: what a platform does for its workers. `npm start` serves it on 8084.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "orders", worker = .orders),
    # "private" only because the demo's issuer is on this machine.
    (name = "internet", network = (allow = ["public", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:8084", http = (), service = "orders")],
);

const orders :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "dist/worker.js")],
  bindings = [(name = "ISSUER", fromEnvironment = "ISSUER"), (name = "AUDIENCE", fromEnvironment = "AUDIENCE")],
  compatibilityDate = "2026-10-01",
);
