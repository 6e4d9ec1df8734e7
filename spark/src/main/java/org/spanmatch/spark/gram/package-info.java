/**
 * Gram matrices on a cluster: shards are added up in runs by tasks, and merged in a fixed order.
 * What shards are, other packages say.
 */
package org.spanmatch.spark.gram;
