//! The console's forms, as a browser sends them: how a redrive of a whole queue is begun from outside.

use std::time::{Duration, Instant};

use super::Outcome;

/// A browser that follows no redirect.
pub struct Browser {
    client: reqwest::Client,
    console: String,
}

impl Browser {
    /// At the console of this address.
    pub fn at(console: &str) -> Outcome<Self> {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Self { client, console: console.to_owned() })
    }

    /// Submits a form; gives the path that it leads to.
    pub async fn submit(&self, endpoint: &str, fields: &[(&str, &str)]) -> Outcome<String> {
        let post = self.client.post(format!("{}/api/{endpoint}", self.console)).header("Origin", &self.console);
        let answer = post.header("Accept", "text/html").form(fields).send().await?;
        let location = answer.headers().get("location").ok_or_else(|| format!("{endpoint}: {}", answer.status()))?;
        let location = location.to_str()?;
        let path = location.strip_prefix(&self.console).unwrap_or(location);
        Ok(path.split('?').next().unwrap_or_default().to_owned())
    }

    /// A page.
    pub async fn get(&self, path: &str) -> Outcome<String> {
        Ok(self.client.get(format!("{}{path}", self.console)).send().await?.error_for_status()?.text().await?)
    }

    /// Plans and starts a redrive of a whole queue to another one; gives the path of its page. `wish` are further fields.
    pub async fn redrive(&self, connection: &str, from: &str, to: &str, wish: &[(&str, &str)]) -> Outcome<String> {
        let mut fields = vec![("connection", connection), ("queue", from), ("route", "queue"), ("target", to)];
        fields.extend_from_slice(wish);
        let plan = self.submit("redrives/plan", &fields).await?;
        let plan = plan.rsplit_once("/plan/").ok_or("the plan was refused")?.1;
        let fields = [("connection", connection), ("queue", from), ("carry_out", plan)];
        let page = self.submit("redrives/start", &fields).await?;
        if page.contains("/redrives/") { Ok(page) } else { Err(format!("the start was refused: {page}").into()) }
    }

    /// Waits until the page of a redrive says that it has ended.
    pub async fn ended(&self, page: &str, patience: Duration) -> Outcome<String> {
        let began = Instant::now();
        loop {
            let html = self.get(page).await?;
            if html.contains(">finished") {
                return Ok(html);
            }
            if began.elapsed() > patience {
                return Err("the redrive did not end by itself".into());
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }
}
