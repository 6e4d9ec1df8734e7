/**
 * Shards that are files of activations, on any file system that Hadoop reaches: their headers are
 * read and compared before any value is.
 */
package org.spanmatch.spark.files;
