"""The health check of the image: asks the service itself whether it gets on.

Ends with 0, or with 1 and what is amiss. labsvc.yaml needs "http: {port: 8460}".
"""

import os
import sys
from http.client import HTTPConnection, HTTPException

OK = 200

# Not urllib: a proxy that the host hands its containers must not be asked for 127.0.0.1.
service = HTTPConnection("127.0.0.1", int(os.environ["LABSVC_HEALTH_PORT"]), timeout=5)
try:
    service.request("GET", "/healthz")
    answer = service.getresponse()
    said = answer.read().decode()
except (OSError, HTTPException) as error:
    sys.exit(f"nothing answers on port {service.port}: {error}")
if answer.status != OK:
    sys.exit(said)
sys.stdout.write(said)
