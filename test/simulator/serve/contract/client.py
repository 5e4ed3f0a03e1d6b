"""Calls AWS operations with boto3: a line of JSON with the call comes in, a line with the answer goes out."""

import base64
import datetime
import json
import sys

import boto3
from botocore import xform_name
from botocore.exceptions import ClientError, ParamValidationError

clients = {}


def client(url, service):
    if (url, service) not in clients:
        clients[url, service] = boto3.client(service, endpoint_url=url)
    return clients[url, service]


def call(url, service, operation, given):
    method = getattr(client(url, service), xform_name(operation), None)
    if method is None:
        return {'lacks': operation}
    try:
        output = method(**given)
    except ClientError as error:
        return {'error': error.response['Error']['Code'], 'message': str(error)}
    except ParamValidationError as error:
        return {'lacks': str(error)}
    output.pop('ResponseMetadata')
    return {'output': {name: value for name, value in map(read, output.items()) if value != b''}}


def read(member):
    """A body that is bytes comes as a stream."""
    name, value = member
    return name, value.read() if hasattr(value, 'read') else value


def plain(value):
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).isoformat()
    return base64.b64encode(value).decode()


for line in sys.stdin:
    print(json.dumps(call(*json.loads(line)), default=plain), flush=True)
