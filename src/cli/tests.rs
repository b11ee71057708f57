//! The commands by their definitions.

use super::*;

/// Each command below, with the words that lead to it.
fn each(command: &clap::Command, before: &str, found: &mut Vec<(String, String)>) {
    let name = format!("{before}{}", command.get_name());
    let help = command.get_after_long_help().map(ToString::to_string);
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        each(below, &format!("{name} "), found);
    }
    found.push((name, help.unwrap_or_default()));
}

/// The words of an example, up to where a shell takes the output.
fn words(line: &str) -> Vec<&str> {
    let command = line.split(['|', '>']).next().unwrap_or_default();
    command.split_whitespace().collect()
}

#[test]
fn each_command_has_examples_which_are_commands() {
    let mut found = Vec::new();
    each(&command(), "", &mut found);
    assert!(found.len() > 12, "{found:?}");
    for (name, help) in found {
        let examples: Vec<_> = help
            .lines()
            .filter(|line| line.starts_with("  onhook "))
            .collect();
        assert!(
            (2..=4).contains(&examples.len()),
            "{name} has {} examples",
            examples.len()
        );
        for example in examples {
            assert!(
                name == "onhook" || example.contains(&name),
                "{example:?} is none of {name}"
            );
            let parsed = command().try_get_matches_from(words(example));
            assert!(parsed.is_ok(), "{example}: {}", parsed.unwrap_err());
        }
    }
}

#[test]
fn the_plugin_of_kubectl_offers_what_its_callers_need() {
    let help = as_plugin(command()).render_long_help().to_string();
    let offers = |name: &str| help.lines().any(|line| line.trim_start().starts_with(name));
    assert!(offers("explain") && offers("check"), "{help}");
    assert!(!offers("run ") && !offers("crds "), "{help}");
    assert!(
        help.contains("\n  kubectl onhook check") && !help.contains("\n  onhook "),
        "{help}"
    );
    // They are there all the same.
    assert!(
        as_plugin(command())
            .try_get_matches_from(["onhook", "crds"])
            .is_ok()
    );
}

#[test]
fn the_definitions_of_the_commands_hold() {
    command().debug_assert();
}
