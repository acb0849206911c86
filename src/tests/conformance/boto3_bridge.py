"""boto3 for a process that is not Python: questions are JSON lines on standard input, answers JSON lines on standard
output, in the order in which they are ready. Nothing is validated and nothing is tried twice, so that it is SQS that
answers."""

import base64
import json
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

# The machine's own account is none of this suite's business.
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ACCOUNT, REGION = sys.argv[1:]
# Long polls wait without holding up others.
AT_ONCE = 128
CONFIG = Config(
    parameter_validation=False,
    retries={"total_max_attempts": 1},
    read_timeout=60,
    max_pool_connections=AT_ONCE,
    proxies={},
)

session = boto3.session.Session(aws_access_key_id=ACCOUNT, aws_secret_access_key="secret", region_name=REGION)
clients = {}
making = threading.Lock()
writing = threading.Lock()


def client(endpoint):
    """One client per endpoint; a session is for one thread at a time."""
    with making:
        if endpoint not in clients:
            clients[endpoint] = session.client("sqs", endpoint_url=endpoint, config=CONFIG)
        return clients[endpoint]


def say(value, member=None):
    """As boto3 wants it: binary values are bytes."""
    if isinstance(value, dict):
        return {name: say(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [say(item, member) for item in value]
    if isinstance(value, str) and member in ("BinaryValue", "BinaryListValues"):
        return base64.b64decode(value, validate=True)
    return value


def hear(value):
    """As JSON wants it: bytes are base64."""
    if isinstance(value, dict):
        return {name: hear(item) for name, item in value.items()}
    if isinstance(value, list):
        return [hear(item) for item in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def call(question):
    sqs = client(question["endpoint"])
    methods = {operation: method for method, operation in sqs.meta.method_to_api_mapping.items()}
    try:
        output = getattr(sqs, methods[question["operation"]])(**say(question["input"]))
    except ClientError as error:
        refused = error.response.get("Error", {})
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        return {"refused": {"code": refused.get("Code"), "message": refused.get("Message"), "status": status}}
    output.pop("ResponseMetadata", None)
    return {"output": hear(output)}


def answer(question):
    try:
        answered = call(question)
    except Exception as error:
        answered = {"broken": f"{type(error).__name__}: {error}"}
    answered["number"] = question["number"]
    with writing:
        sys.stdout.write(json.dumps(answered) + "\n")
        sys.stdout.flush()


with ThreadPoolExecutor(AT_ONCE) as pool:
    for line in sys.stdin:
        pool.submit(answer, json.loads(line))
    # Nobody is left to answer to.
    os._exit(0)
