/**
 * The reference kernel: textbook Householder QR in plain scalar Java, slow, short and obviously
 * correct. Every other backend is checked against it.
 */
package org.spanmatch.kernel.reference;
