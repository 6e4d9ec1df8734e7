/**
 * Gram matrices on a cluster: shards are added up in runs by tasks, and merged in a fixed order.
 */
package org.spanmatch.spark.gram;
