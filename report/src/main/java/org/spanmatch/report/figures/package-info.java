/** Figures as SVG and PNG. */
package org.spanmatch.report.figures;
