//! The examples of this folder: what they name is there, and what one part calls a thing another calls the same.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{folder, list, read, string, yaml};
use saphyr::Yaml;

/// All values of a document, its own first.
fn values<'y>(yaml: &'y Yaml<'y>) -> Vec<&'y Yaml<'y>> {
    let mut found = vec![yaml];
    if let Some(mapping) = yaml.as_mapping() {
        found.extend(mapping.values().flat_map(values));
    }
    if let Some(list) = yaml.as_vec() {
        found.extend(list.iter().flat_map(values));
    }
    found
}

#[test]
fn what_compose_mounts_is_there() {
    let text = read("compose/compose.yaml");
    let compose = yaml(&text);
    let services = compose.as_mapping_get("services").unwrap().as_mapping().unwrap();
    let named: Vec<&str> = services.keys().map(|name| name.as_str().unwrap()).collect();
    assert_eq!(named, ["service", "prometheus", "alertmanager", "grafana"]);
    let volumes = compose.as_mapping_get("volumes").unwrap().as_mapping().unwrap();
    let mut files = 0;
    for service in services.values() {
        for mount in list(service, "volumes") {
            let from = mount.as_str().unwrap().split(':').next().unwrap();
            if from.starts_with('.') {
                assert!(folder().join("compose").join(from).exists(), "{from} is not there");
                files += 1;
            } else {
                assert!(
                    volumes.keys().any(|name| name.as_str() == Some(from)),
                    "{from} is no volume"
                );
            }
        }
    }
    assert!(files >= 6, "only {files} mounts were found");
}

/// Addresses of one service in the configuration of another.
#[test]
fn what_asks_another_service_asks_one_of_compose() {
    let compose = read("compose/compose.yaml");
    let mut asked = 0;
    for file in [
        "compose/prometheus.yml",
        "alertmanager/webhook.yml",
        "compose/grafana/datasources/prometheus.yml",
    ] {
        let text = read(file);
        for value in values(&yaml(&text)) {
            let Some(value) = value.as_str() else { continue };
            let address = value.strip_prefix("http://").unwrap_or(value);
            let Some((host, port)) = address.split('/').next().unwrap().split_once(':') else {
                continue;
            };
            assert!(compose.contains(&format!("\n  {host}:\n")), "{file}: there is no {host}");
            assert!(compose.contains(&format!(":{port}\"]")), "{file}: nobody listens at {port}");
            asked += 1;
        }
    }
    assert_eq!(asked, 4);
}

#[test]
fn the_autoscaler_asks_for_the_metric_that_the_adapter_makes() {
    let (hpa, adapter) = (read("kubernetes/hpa.yaml"), read("kubernetes/prometheus-adapter.yaml"));
    let (hpa, adapter) = (yaml(&hpa), yaml(&adapter));
    let made = values(&adapter).into_iter().find_map(|value| string(value, "as")).unwrap();
    let asked = values(&hpa)
        .into_iter()
        .find_map(|value| string(value.as_mapping_get("metric")?, "name"))
        .unwrap();
    assert_eq!(made, asked);
}
