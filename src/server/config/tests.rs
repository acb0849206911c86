//! The configuration as a person meets it: what is accepted, what wins, and every mistake at once with its place.

use std::io;
use std::path::{Path, PathBuf};

use super::*;

const PEM: &str = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

/// Reads with a file system that holds `redrive.toml` and two files beside it.
fn attempt(arguments: &[&str], variables: &[(&str, &str)], file: &str) -> Result<Config, Vec<String>> {
    let open = |path: &Path| match path.to_str() {
        Some("etc/redrive.toml") => Ok(file.to_owned()),
        Some("etc/ca.pem") => Ok(PEM.to_owned()),
        Some("etc/key.pem") => Ok("-----BEGIN PRIVATE KEY-----".to_owned()),
        _ => Err(io::Error::from(io::ErrorKind::NotFound)),
    };
    let arguments = std::iter::once("redrive").chain(arguments.iter().copied()).map(Into::into);
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    match read(arguments, variables, &open) {
        Ok(Invocation::Serve(config)) => Ok(*config),
        Ok(Invocation::Sqs(_)) => panic!("the local SQS alone"),
        Ok(Invocation::Print(text)) => panic!("printed {text}"),
        Err(problems) => Err(problems.iter().map(ToString::to_string).collect()),
    }
}

fn from_file(file: &str) -> Result<Config, Vec<String>> {
    attempt(&["--config", "etc/redrive.toml"], &[], file)
}

fn refused(result: Result<Config, Vec<String>>) -> Vec<String> {
    result.expect_err("the configuration was accepted")
}

#[test]
fn nothing_said_means_the_credential_chain_on_port_3000() {
    let config = attempt(&[], &[], "").unwrap();
    assert_eq!((config.bind.to_string().as_str(), config.port), ("127.0.0.1", 3000));
    assert_eq!(config.local, None);
    let names: Vec<&str> = config.connections.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["aws"]);
    assert!(!config.read_only);
}

#[test]
fn local_is_one_embedded_connection_with_demo_data() {
    let config = attempt(&["--local"], &[], "").unwrap();
    let local = config.local.unwrap();
    assert_eq!((local.port, local.demo, local.dials), (0, true, false));
    assert_eq!(config.connections.len(), 1);
    assert!(config.connections[0].embedded);
    assert_eq!(config.connections[0].name.as_str(), "local");

    let bare = attempt(&["--local", "--no-demo", "--local-port", "9324", "--no-peek", "--dials"], &[], "");
    let bare = bare.unwrap().local.unwrap();
    assert_eq!((bare.port, bare.demo, bare.peek, bare.dials), (9324, false, false, true));
}

#[test]
fn flags_win_over_variables_and_variables_over_the_file() {
    let file = "port = 1\nlog = \"json\"\nread_only = true\n";
    let arguments = ["--config", "etc/redrive.toml"];
    assert_eq!(attempt(&arguments, &[], file).unwrap().port, 1);
    let variables = [("REDRIVE_PORT", "2"), ("REDRIVE_READ_ONLY", "false")];
    let config = attempt(&arguments, &variables, file).unwrap();
    assert_eq!((config.port, config.read_only, config.log_format), (2, false, LogFormat::Json));
    let config = attempt(&["--config", "etc/redrive.toml", "--port", "3"], &variables, file);
    assert_eq!(config.unwrap().port, 3);
}

#[test]
fn the_file_can_be_named_by_a_variable() {
    let config = attempt(&[], &[("REDRIVE_CONFIG", "etc/redrive.toml")], "port = 7");
    assert_eq!(config.unwrap().port, 7);
}

#[test]
fn a_connection_with_everything() {
    let config = from_file(
        r#"
        [[connection]]
        name = "prod-eu"
        region = "eu-central-1"
        profile = "prod"
        role_arn = "arn:aws:iam::123456789012:role/ops/redrive"
        external_id = "a-b/c"
        endpoint = "https://sqs.internal:8443"
        ca_file = "ca.pem"
        color = "red"
        read_only = true

        [[connection]]
        name = "dev"
        endpoint = "http://127.0.0.1:4566"
        "#,
    )
    .unwrap();
    let prod = &config.connections[0];
    assert_eq!(prod.region.as_deref(), Some("eu-central-1"));
    assert_eq!(prod.ca_file, Some(PathBuf::from("etc/ca.pem")));
    assert_eq!(prod.color, Some(Color::Red));
    assert!(prod.read_only && !prod.embedded);
    assert_eq!(config.connections[1].name.as_str(), "dev");
}

#[test]
fn every_mistake_is_reported_at_once_with_its_line() {
    let file =
        "prot = 3001\nread_only = \"maybe\"\n\n[[connection]]\nname = \"Prod\"\nregoin = \"x\"\ncolor = \"pink\"\n";
    let problems = refused(attempt(
        &["--config", "etc/redrive.toml", "--port", "70000"],
        &[("REDRIVE_LOG", "xml"), ("REDRIVE_PROT", "1")],
        file,
    ));
    let all = problems.join("\n");
    for expected in [
        "REDRIVE_PROT: there is no such variable. Did you mean REDRIVE_PORT?",
        "etc/redrive.toml:1: prot: there is no such key. Did you mean port?",
        "etc/redrive.toml:2: read_only: true or false belongs here, not string.",
        "etc/redrive.toml:5: name: a connection's name has only lower-case letters, digits and hyphens; \"Prod\" will not do.",
        "etc/redrive.toml:6: regoin: there is no such key. Did you mean region?",
        "etc/redrive.toml:7: color: \"pink\" is not one of the colours red, orange",
        "--port: \"70000\" is not a port",
        "REDRIVE_LOG: \"xml\" is not a log format",
    ] {
        assert!(all.contains(expected), "missing: {expected}\nreported:\n{all}");
    }
    assert_eq!(problems.len(), 8, "{all}");
}

#[test]
fn a_mistake_on_the_command_line_does_not_hide_the_others() {
    let problems = refused(attempt(&["--port", "x", "--colour", "red"], &[("REDRIVE_LOG", "xml")], ""));
    let all = problems.join("\n");
    assert!(all.contains("command line: unexpected argument '--colour' found"), "{all}");
    assert!(all.contains("REDRIVE_LOG"), "{all}");
    assert!(!all.contains("Usage"), "{all}");
}

#[test]
fn broken_toml_has_its_line_and_the_rest_is_still_read() {
    let problems = refused(from_file("port = 1\nlog = \nbind = \"0.0.0.0\"\n"));
    let all = problems.join("\n");
    assert!(all.contains("etc/redrive.toml:2"), "{all}");
    assert!(all.contains("no logins yet"), "{all}");
}

#[test]
fn a_missing_file_is_a_mistake() {
    let problems = refused(attempt(&["--config", "nowhere.toml"], &[], ""));
    assert_eq!(problems, ["--config: the file nowhere.toml cannot be read (entity not found)."]);
}

#[test]
fn only_loopback_addresses_are_bound() {
    for good in ["127.0.0.1", "127.0.0.2", "::1", "[::1]", "localhost"] {
        assert!(attempt(&["--bind", good], &[], "").is_ok(), "{good}");
    }
    for bad in ["0.0.0.0", "::", "10.0.0.1", "::ffff:127.0.0.1", "example.com", ""] {
        let problems = refused(attempt(&["--bind", bad], &[], ""));
        assert_eq!(problems.len(), 1, "{bad}");
    }
    let words = refused(attempt(&["--bind", "0.0.0.0"], &[], ""));
    assert!(words[0].contains("it has no logins yet"), "{words:?}");
}

#[test]
fn each_rule_of_a_connection_refuses_in_words() {
    let cases = [
        ("name = \"a\"\nname2 = 1", "no such key"),
        ("region = \"eu-central-1\"", "this connection has no name"),
        ("name = \"events\"", "this name is a path of the console itself"),
        ("name = \"api\"", "this name is a path of the console itself"),
        ("name = \"a b\"", "will not do"),
        ("name = \"\"", "will not do"),
        ("name = \"a\"\nregion = \"Frankfurt\"", "is not a region"),
        ("name = \"a\"\nrole_arn = \"arn:aws:iam::123:role/x\"", "is not the ARN of a role"),
        ("name = \"a\"\nrole_arn = \"arn:aws:iam::123456789012:user/x\"", "is not the ARN of a role"),
        ("name = \"a\"\nexternal_id = \"abc\"", "give role_arn too"),
        ("name = \"a\"\nendpoint = \"ftp://h\"", "is not an endpoint"),
        ("name = \"a\"\nendpoint = \"https://u:p@h\"", "credentials do not belong"),
        ("name = \"a\"\nendpoint = \"https://h/path\"", "must end after the host"),
        ("name = \"a\"\nendpoint = \"localhost:4566\"", "is not an endpoint"),
        ("name = \"a\"\nendpoint = \"http://sqs.internal\"", "insecure_http = true"),
        ("name = \"a\"\nca_file = \"ca.pem\"", "give endpoint too"),
        ("name = \"a\"\nendpoint = \"https://h\"\nca_file = \"none.pem\"", "cannot be read"),
        ("name = \"a\"\nendpoint = \"https://h\"\nca_file = \"key.pem\"", "holds no certificate"),
        ("name = [\"a\"]", "a text in quotation marks belongs here"),
    ];
    for (keys, expected) in cases {
        let problems = refused(from_file(&format!("[[connection]]\n{keys}\n")));
        let all = problems.join("\n");
        assert!(all.contains(expected), "{keys}: {all}");
        assert!(all.contains("etc/redrive.toml:"), "{keys}: {all}");
    }
}

#[test]
fn http_beyond_this_machine_needs_to_be_asked_for() {
    let file = "[[connection]]\nname = \"a\"\nendpoint = \"http://sqs.internal\"\ninsecure_http = true\n";
    assert!(from_file(file).is_ok());
    for near in ["http://localhost:1", "http://[::1]:1", "http://sqs.localhost"] {
        let file = format!("[[connection]]\nname = \"a\"\nendpoint = \"{near}\"\n");
        assert!(from_file(&file).is_ok(), "{near}");
    }
}

#[test]
fn names_are_unique_and_local_is_taken_when_it_runs() {
    let two = "[[connection]]\nname = \"a\"\n[[connection]]\nname = \"a\"\n";
    let problems = refused(from_file(two));
    assert!(problems[0].contains("etc/redrive.toml:4: name: the name a is taken"), "{problems:?}");
    let local = "local = true\n[[connection]]\nname = \"local\"\n";
    assert!(refused(from_file(local))[0].contains("taken by the embedded SQS"));
    let both = from_file("local = true\n[[connection]]\nname = \"b\"\n").unwrap();
    assert_eq!(both.connections.len(), 2);
}

#[test]
fn options_that_contradict_each_other_are_refused() {
    let cases: [&[&str]; 5] = [
        &["--no-demo"],
        &["--no-peek"],
        &["--local-port", "1"],
        &["--dials"],
        &["--local", "--endpoint", "http://localhost:1"],
    ];
    for arguments in cases {
        assert_eq!(refused(attempt(arguments, &[], "")).len(), 1, "{arguments:?}");
    }
    let file = "[[connection]]\nname = \"a\"\n";
    let with_file = ["--config", "etc/redrive.toml", "--region", "eu-west-1", "--endpoint", "https://h"];
    assert_eq!(refused(attempt(&with_file, &[], file)).len(), 2);
}

#[test]
fn host_names_are_names() {
    let config = attempt(&["--allow-host", "Redrive.example.com", "--allow-host", "localhost:8080"], &[], "");
    assert_eq!(config.unwrap().allow_hosts, ["redrive.example.com", "localhost:8080"]);
    let config = attempt(&[], &[("REDRIVE_ALLOW_HOST", "a.example, b.example")], "");
    assert_eq!(config.unwrap().allow_hosts, ["a.example", "b.example"]);
    for bad in ["*", "*.example.com", "http://a", "a/b", ""] {
        assert_eq!(refused(attempt(&["--allow-host", bad], &[], "")).len(), 1, "{bad}");
    }
    let origin = attempt(&["--public-origin", "https://Redrive.example.com:443/"], &[], "");
    assert_eq!(origin.unwrap().public_origin.as_deref(), Some("https://redrive.example.com"));
    for bad in ["redrive.example.com", "https://", "https://a/b", "ftp://a"] {
        assert_eq!(refused(attempt(&["--public-origin", bad], &[], "")).len(), 1, "{bad}");
    }
}

#[test]
fn variables_of_others_are_left_alone() {
    let config = attempt(&[], &[("REDRIVE_SERVICE_HOST", "10.0.0.1"), ("PATH", "/bin"), ("AWS_REGION", "x")], "");
    assert!(config.is_ok());
}

fn alone(arguments: &[&str], variables: &[(&str, &str)]) -> Result<SqsConfig, Vec<String>> {
    let arguments = ["redrive", "sqs"].iter().chain(arguments).map(Into::into);
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    match read(arguments, variables, &|_| Err(io::Error::from(io::ErrorKind::NotFound))) {
        Ok(Invocation::Sqs(config)) => Ok(*config),
        Ok(_) => panic!("something else"),
        Err(problems) => Err(problems.iter().map(ToString::to_string).collect()),
    }
}

#[test]
fn the_local_sqs_alone_has_options_and_variables_of_its_own() {
    let config = alone(&[], &[("REDRIVE_PORT", "1"), ("REDRIVE_LOCAL", "true")]).unwrap();
    assert_eq!((config.bind.to_string().as_str(), config.port, &config.data), ("127.0.0.1", 4566, &None));
    assert_eq!((config.region.as_str(), config.account.as_str()), ("us-east-1", "000000000000"));
    assert!(config.peek && !config.dials);

    let arguments = ["--data", "sqs", "--bind", "0.0.0.0", "--region", "eu-west-1", "--account", "123456789012"];
    let config = alone(&arguments, &[("REDRIVE_SQS_PORT", "9324"), ("REDRIVE_SQS_REGION", "us-east-2")]).unwrap();
    assert_eq!((config.bind.to_string().as_str(), config.port), ("0.0.0.0", 9324), "another address, once it is said");
    assert_eq!((config.region.as_str(), config.account.as_str()), ("eu-west-1", "123456789012"));
    assert_eq!(config.data, Some(PathBuf::from("sqs")));

    let problems =
        alone(&["--port", "x", "--account", "1", "--bind", "here"], &[("REDRIVE_SQS_PROT", "1")]).unwrap_err();
    assert_eq!(problems.len(), 4, "{problems:?}");
    assert!(problems.iter().any(|words| words.contains("Did you mean REDRIVE_SQS_PORT?")), "{problems:?}");
    assert_eq!(alone(&["--local"], &[]).unwrap_err().len(), 1);
    assert_eq!(refused(attempt(&["--local", "sqs"], &[], "")).len(), 1);
    assert!(attempt(&[], &[("REDRIVE_SQS_PORT", "9324")], "").is_ok(), "the console leaves them alone");
}

#[test]
fn help_and_version_are_printed_not_served() {
    for flag in ["--help", "--version"] {
        let read = read(["redrive".into(), flag.into()], [], &|_| Err(io::Error::from(io::ErrorKind::NotFound)));
        assert!(matches!(read, Ok(Invocation::Print(text)) if text.contains("redrive")));
    }
}

#[test]
fn copies_are_kept_for_a_month_unless_told_otherwise() {
    let archive = attempt(&[], &[], "").unwrap().archive;
    assert_eq!((archive.days, archive.mib, archive.key), (30, 256, None));
    let config = attempt(&["--archive-days", "0"], &[("REDRIVE_ARCHIVE_MIB", "16")], "").unwrap();
    assert_eq!((config.archive.days, config.archive.mib), (0, 16));
    assert_eq!(from_file("archive_days = 7").unwrap().archive.days, 7);
    let wrong = refused(attempt(&["--archive-days", "-1", "--archive-mib", "0"], &[], ""));
    assert!(!wrong.is_empty(), "{wrong:?}");
}

#[test]
fn the_key_of_the_archive_is_a_variable_and_is_never_repeated() {
    let hexadecimal = "0f".repeat(32);
    let base64 = crate::model::binary::base64(&[15; 32]);
    for text in [hexadecimal.as_str(), &base64] {
        let config = attempt(&[], &[("REDRIVE_ARCHIVE_KEY", text)], "").unwrap();
        assert_eq!(config.archive.key.as_ref().map(|key| key.0), Some([15; 32]));
        assert!(!format!("{config:?}").contains("15, 15"), "it is not shown");
    }
    for wrong in ["", "0f0f", "s3cret-s3cret-s3cret", &hexadecimal[2..], &"zz".repeat(32)] {
        let said = refused(attempt(&[], &[("REDRIVE_ARCHIVE_KEY", wrong)], "")).join(" ");
        assert!(said.starts_with("REDRIVE_ARCHIVE_KEY: this is no key"), "{said}");
        assert!(wrong.is_empty() || !said.contains(wrong), "{said}");
    }
    assert!(attempt(&["--archive-key", &hexadecimal], &[], "").is_err());
    assert!(from_file(&format!("archive_key = \"{hexadecimal}\"")).is_err());
}
