/** Gram matrices of activations that lie in many shards, added up on Apache Spark. */
package org.spanmatch.spark;
