/** Layers in the columns of rows that have a key, such as those of Parquet files. */
package org.spanmatch.spark.rows;
