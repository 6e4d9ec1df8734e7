/**
 * Gram matrices of activation vectors, the hub of the design: a kernel adds them up once; then they
 * can be added to each other and stored, and give every distance and measure.
 */
package org.spanmatch.gram;
