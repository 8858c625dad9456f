"""Runs a command and prints its seconds, CPU seconds and peak memory: measure.py NAME COMMAND…"""
import os
import resource
import subprocess
import sys
import time

start = time.time()
code = subprocess.run(sys.argv[2:], stdout=subprocess.DEVNULL).returncode
took = time.time() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
cpu = used.ru_utime + used.ru_stime
load = os.getloadavg()[0]
print(f"{sys.argv[1]:<28} {took:7.1f} s  {cpu:7.1f} CPU s  {used.ru_maxrss / 1000:7.0f} MB at most  (exit {code}, load {load:.1f})", flush=True)
