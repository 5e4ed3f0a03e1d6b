"""Runs the handler of a Lambda function in Python, unchanged, as the command of a simulated function:

    --function Drainer='python3 docs/examples/run_handler.py path/to/index.lambda_handler'

What the handler prints is its log, as in Lambda; what it returns or raises is told on standard output.
"""

import importlib
import json
import os
import sys
import time
import traceback


class Context:
    """What handlers use of Lambda's context object."""

    function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
    function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
    memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
    log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
    log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
    invoked_function_arn = os.environ["LAMBDA_FUNCTION_ARN"]
    aws_request_id = os.environ["LAMBDA_REQUEST_ID"]

    def get_remaining_time_in_millis(self):
        return int(os.environ["LAMBDA_DEADLINE_MS"]) - int(time.time() * 1000)


def main(named):
    directory, _, handler = named.rpartition("/")
    module, _, function = handler.rpartition(".")
    sys.path.insert(0, directory or ".")
    answer, sys.stdout = sys.stdout, sys.stderr
    try:
        result = getattr(importlib.import_module(module), function)(json.load(sys.stdin), Context())
    except Exception as error:
        traceback.print_exc()
        json.dump({"errorType": type(error).__name__, "errorMessage": str(error)}, answer)
        return 1
    json.dump(result, answer)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
