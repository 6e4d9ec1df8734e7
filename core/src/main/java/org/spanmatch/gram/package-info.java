/**
 * Gram matrices of activation vectors, the hub of the design: added up once by a kernel, added to
 * each other, stored, and asked for every distance and measure.
 */
package org.spanmatch.gram;
