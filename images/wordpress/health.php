<?php
/* Does the server answer? Exits 0 or 1. */
exit(@file_get_contents('http://127.0.0.1:8080/healthz') === false ? 1 : 0);
