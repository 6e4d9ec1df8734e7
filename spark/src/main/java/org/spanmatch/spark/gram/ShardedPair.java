package org.spanmatch.spark.gram;

import java.io.Serializable;

/**
 * Two layers, one of each network, whose samples lie in shards.
 *
 * @param x the name of the first network's layer
 * @param xNeurons its number of neurons
 * @param y the name of the second network's layer
 * @param yNeurons its number of neurons
 */
public record ShardedPair(String x, int xNeurons, String y, int yNeurons) implements Serializable {}
