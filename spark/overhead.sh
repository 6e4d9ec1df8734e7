#!/usr/bin/env bash
# Measures what Spark costs on this machine, the kernel alone and through Spark in one run. Takes a few
# minutes and 1.5 GB of the temporary folder; docs/spark.md has a result.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# In one run, since Maven finds the classes of other modules where it has just compiled them.
mvn -B -ntp -q -pl spark -am test-compile dependency:build-classpath -DincludeScope=test \
  -Dmdep.outputFile=target/test-classpath.txt
options=$(sed -n 's|.*<spark.jvm>\(.*\)</spark.jvm>.*|\1|p' spark/pom.xml)
# shellcheck disable=SC2086
exec java -Xmx3g $options -cp "spark/target/classes:spark/target/test-classes:$(<spark/target/test-classpath.txt)" \
  org.spanmatch.spark.gram.SparkOverhead
