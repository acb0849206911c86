//! From a connection's configuration to a client: region, credentials, endpoint, trust.
//!
//! Credentials come from the AWS SDK's default chain (environment, profile with SSO or `credential_process`, web
//! identity, container, instance), so whatever works for the `aws` command works here. They are fetched at the first
//! call and renewed by themselves; their lack is an error of that call, not of connecting.

mod endpoint;
mod trust;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

use aws_config::environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider};
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::ProfileFileRegionProvider;
use aws_config::sts::AssumeRoleProvider;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_types::SdkConfig;
use aws_types::app_name::AppName;
use aws_types::region::Region;

use self::endpoint::Endpoint;
use super::aws::{self, AwsSqs, BEHAVIOR, Info};
use super::peek::Peek;

/// How to reach one account and region, or one endpoint that speaks SQS. Whatever is absent is found out.
#[derive(Clone, Default)]
pub struct Connect {
    /// The region, for example `eu-west-1`. Absent: the environment's or the profile's; `us-east-1` at an endpoint of
    /// one's own, where it only has to be the same for everyone.
    pub region: Option<String>,
    /// A profile of `~/.aws/config`. Absent: the environment's, or `default`.
    pub profile: Option<String>,
    /// A role to assume, by its ARN, with the credentials found otherwise. Sessions are named `redrive`.
    pub role_arn: Option<String>,
    /// What the role's trust policy asks for as `sts:ExternalId`.
    pub external_id: Option<String>,
    /// The URL of another SQS: a VPC endpoint, LocalStack, ElasticMQ, the embedded one. Absent: AWS's for the region,
    /// or what `AWS_ENDPOINT_URL_SQS` and `AWS_ENDPOINT_URL` say.
    pub endpoint: Option<String>,
    /// PEM certificates to trust besides those of the system.
    pub ca_file: Option<PathBuf>,
    /// Access key id and secret, instead of the default chain.
    pub static_credentials: Option<(String, String)>,
}

/// Why a connection cannot be made. Each is a mistake in the configuration; nothing was called yet, but for a region
/// or an endpoint that the environment tells.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// The endpoint is no URL of a web server.
    #[error("the endpoint {0:?} is not a URL like https://sqs.example.com or http://127.0.0.1:4566")]
    Endpoint(String),
    /// Neither the configuration nor the environment names a region.
    #[error(
        "no region is configured, and neither AWS_REGION nor the profile names one. Name it with --region, with `region` in the file, or in the environment"
    )]
    NoRegion,
    /// The file of certificates cannot be read.
    #[error("the CA file {path} cannot be read ({reason})", path = .path.display())]
    CaFile {
        /// Which.
        path: PathBuf,
        /// Why, in the system's words.
        reason: std::io::ErrorKind,
    },
    /// The file of certificates holds none, or one that is damaged.
    #[error("the CA file {path} has no readable PEM certificate", path = .0.display())]
    Certificates(PathBuf),
}

/// The name that the SDK puts into `User-Agent`, and the name of a role's session.
const NAME: &str = "redrive";
/// The region of an endpoint of one's own.
const ANY_REGION: &str = "us-east-1";

/// Prepares a client. Reads the CA file; asks for the region where it is not configured (at AWS this may ask the
/// instance's metadata service); calls nothing else.
pub async fn connect(connect: &Connect) -> Result<AwsSqs, ConnectError> {
    let chosen = connect.endpoint.as_deref().map(Endpoint::parse).transpose()?;
    let certificates = connect.ca_file.as_deref().map(trust::certificates).transpose()?;
    let sdk = load(connect, certificates.clone(), chosen.as_ref()).await;
    let endpoint = match chosen {
        Some(chosen) => Some(chosen),
        None => endpoint::of_environment(&sdk).as_deref().map(Endpoint::parse).transpose()?,
    };
    let region = match (sdk.region(), &endpoint) {
        (Some(region), _) => region.clone(),
        (None, Some(_)) => Region::from_static(ANY_REGION),
        (None, None) => return Err(ConnectError::NoRegion),
    };
    let sdk = sdk.into_builder().region(region.clone()).build();
    let credentials = credentials(connect, &sdk, endpoint.as_ref()).await;
    let sdk = sdk.into_builder().credentials_provider(credentials).build();
    let near = endpoint.as_ref().is_some_and(Endpoint::is_loopback);
    let endpoint = endpoint.map(Endpoint::into_url);
    let peek = endpoint.as_deref().map(|url| Peek::new(url, trust::connector(certificates, near)));
    Ok(AwsSqs::new(&sdk, Info { region: region.to_string(), endpoint }).peeking(peek))
}

/// What the SDK finds in the environment and in the profile.
async fn load(connect: &Connect, certificates: Option<Vec<u8>>, endpoint: Option<&Endpoint>) -> SdkConfig {
    let loader = aws_config::defaults(BEHAVIOR())
        .app_name(AppName::new(NAME).expect("it has only letters"))
        .http_client(trust::http_client(certificates, endpoint.is_some_and(Endpoint::is_loopback)))
        .timeout_config(aws::deadlines());
    let loader = match &connect.profile {
        Some(profile) => loader.profile_name(profile),
        None => loader,
    };
    let region = connect.region.clone().map(Region::new);
    let loader = match (region, endpoint) {
        (Some(region), _) => loader.region(region),
        // Nobody waits for an instance's metadata service where the region hardly matters.
        (None, Some(_)) => loader.region(region_without_instance(connect)),
        (None, None) => loader,
    };
    loader.load().await
}

fn region_without_instance(connect: &Connect) -> RegionProviderChain {
    let mut profile = ProfileFileRegionProvider::builder();
    if let Some(name) = &connect.profile {
        profile = profile.profile_name(name);
    }
    RegionProviderChain::first_try(EnvironmentVariableRegionProvider::new()).or_else(profile.build())
}

/// The credentials: static ones, those of the default chain, or those of the role that they may assume.
///
/// A loopback endpoint takes any credentials and asks for none to be configured: without profile and role, those of
/// the environment are used, else a pair that says what it is. No other endpoint ever gets it.
async fn credentials(connect: &Connect, sdk: &SdkConfig, endpoint: Option<&Endpoint>) -> SharedCredentialsProvider {
    let unconfigured = connect.profile.is_none() && connect.role_arn.is_none();
    let found = if let Some((key, secret)) = &connect.static_credentials {
        SharedCredentialsProvider::new(Credentials::new(key, secret, None, None, "configuration"))
    } else if unconfigured && endpoint.is_some_and(Endpoint::is_loopback) {
        let local = Credentials::new("local", "local", None, None, "loopback endpoint");
        let environment = EnvironmentVariableCredentialsProvider::new();
        let chain = CredentialsProviderChain::first_try("environment", environment).or_else("local", local);
        SharedCredentialsProvider::new(chain)
    } else {
        sdk.credentials_provider().expect("the loader always sets the default chain")
    };
    let Some(role) = &connect.role_arn else { return found };
    let mut assumed = AssumeRoleProvider::builder(role).session_name(NAME).configure(sdk);
    if let Some(external_id) = &connect.external_id {
        assumed = assumed.external_id(external_id);
    }
    SharedCredentialsProvider::new(assumed.build_from_provider(found).await)
}
