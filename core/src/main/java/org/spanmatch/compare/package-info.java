/** Two networks side by side: the layers that they have in common. */
package org.spanmatch.compare;
