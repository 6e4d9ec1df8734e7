/**
 * Compares layers of two networks as precisely as a question needs: {@link
 * org.spanmatch.compare.LayerComparison} compresses a pair of layers, asks a {@link
 * org.spanmatch.compare.Question}, and asks again in high precision where the answer is in doubt.
 */
package org.spanmatch.compare;
