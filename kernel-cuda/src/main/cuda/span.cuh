/* A span as kernels see it, and the bounds on the errors of its distances. */
#pragma once

#include "common.cuh"

#define SCALARS 16 // room for enum Scalar

// As in Drift of the java backend, which explains them: what covers the rounding of kept rows and of
// the sums of the bounds; the largest relative error of a pivot that is used; the largest rounding of
// kept rows as a part of the other local errors; and of what is carried as a part of the norm.
#define SAFETY 1.01
#define WORST_PIVOT_ERROR 1e-3
#define WORST_KEPT 2e-3
#define WORST_CARRIED 1e-3

// As in SweptSpan of the java backend: a fresh start is due when drift exceeds this part of what else
// bounds an error, and when less than one row in FEW_LEFT is of a vector that still spans, unless all
// together are few.
#define DRIFT_SHARE 0.1
#define FEW_LEFT 4
#define SMALL 64

// Norms grow with each pending update. They are renewed early when they may be LOOSE times too large;
// with fewer updates than MANY that is not worth a pass over the tableau.
#define LOOSE 2
#define MANY 16

/* What a span knows besides its vectors; see struct Span. SpanLayout.java has the same list. */
enum Scalar {
  INVERSE_TRACE,   // of W
  SWEEPS,          // since the factorisation
  FAILED,          // 1 if a pivot or a bound was too uncertain, or few vectors are left
  PENDING,         // number of updates that are not applied yet
  PIVOT,           // the row to sweep out, or that was swept out last and not counted, or -1
  PIVOT_ERROR,     // the local errors of its column before the sweep
  INDEFINITE,      // 1 if the factorisation met a pivot that was not positive
  LARGEST_INVERSE, // the largest element of W's diagonal at the start
  SPANNING,        // how many vectors span, dependent ones included
  DEPENDENT,       // how many of them are dependent on the others, and have no row
  NEEDS_START,     // 1 if a question found that a fresh start is needed
  APPLIED_NORM,    // the largest norm of a projected vector when no update was pending, 0: not known
  NEEDS_APPLYING   // 1 if a question found that bounds would be smaller without pending updates
};

/* ---- Projections: the tableau [W C] and its sweeps, as SweptSpan of the java backend explains. ---- */

/*
 * One group's vectors projected on the span of the other group's. SpanLayout.java has the same list;
 * every member has eight bytes. A vector that leaves the span loses its column of W when columns are
 * dropped, but keeps its row, which bounds the drift.
 */
struct Span {
  double *values;         // the tableau: rows x leading
  double *pendingRows;    // updates not applied yet: each a row of `leading` elements ...
  double *pendingColumns; // ... and one of `rows`
  double *row;            // the row that is being swept out, and the sizes of the terms in it
  double *rowSizes;
  double *column;
  double *columnSizes;
  double *rowSums;        // a RowSums from each block that reads parts of the column
  double *norms;          // at least the 1-norm of each column over the rows of vectors that span
  double *local;          // the drift of each column, as Drift of the java backend explains ...
  double *carried;
  double *components;     // ... of each projected vector ...
  double *joined;
  double *own;
  double *weights;        // ... and of each row, 0 while its vector spans
  double *squares;        // squared distances of the projected vectors
  double *projected;      // 1 for each column of C whose vector was not taken out, or else 0
  double *scalars;        // as enum Scalar numbers them, then the answers to a question
  long long *places;      // by vector: its row, or its column in C; -1 - column if it is dependent
  long long *pivots;      // by row: its vector's column in W, or -1 if that was dropped
  long long *vectors;     // by column of C
  long long rows;
  long long first;        // the first column of C
  long long columns;      // of C
  long long others;       // how many of them belong to the other group; the rest are dependent
  long long leading;
  long long started;      // how many vectors spanned when they were factorised
  double gramError;
  double allowedDrift;
  double rankTolerance;
};

/* The larger one, or NaN if one is. */
static __device__ double largest(double a, double b) {
  return a >= b || a != a ? a : b;
}

/* Bounds the error of a column. */
static __device__ double columnError(const Span &span, long long j) {
  return SAFETY * (span.local[j] + span.carried[j]);
}

/* Bounds what sweeps have added to the error of a distance. */
static __device__ double drift(const Span &span, int x) {
  double sweeps = span.scalars[SWEEPS] + (span.scalars[PIVOT] < 0 ? 0 : 1); // if not yet counted
  return sqrt(fmin(span.components[x], span.joined[x])) + sqrt(span.own[x])
      + 2 * ROUNDOFF * sweeps;
}

static __device__ double distance(const Span &span, int x) {
  return span.scalars[SPANNING] == 0 ? 1 : fmin(1.0, sqrt(fmax(0.0, span.squares[x])));
}

/* The bound of org.spanmatch.kernel.backend.GramErrors. */
static __device__ double boundWithoutDrift(const Span &span, int x, double distance) {
  double error = span.gramError + (span.started + 2) * ROUNDOFF;
  double sum = 1.25 * (1 + span.norms[span.first + x]);
  double squareError = error * sum * sum;
  double bound = fmin(sqrt(squareError), squareError / distance);
  bool resolved = span.scalars[DEPENDENT] == 0
      && span.started * error * span.scalars[INVERSE_TRACE] <= 0.1;
  return resolved || bound >= distance ? bound : distance;
}

/* What is known of a projected vector. */
struct Known {
  double distance;
  double bound;
  double driftsFar; // 1 if what sweeps have added counts too much
};

static __device__ Known known(const Span &span, int x) {
  Known known = {distance(span, x), 0, 0};
  if (span.scalars[SPANNING] > 0) {
    double without = boundWithoutDrift(span, x, known.distance);
    double added = drift(span, x);
    double bound = without + added;
    known.bound = bound < 1 ? bound : 1; // also where it overflowed to NaN
    known.driftsFar = !(added <= span.allowedDrift) && !(added <= DRIFT_SHARE * without) ? 1 : 0;
  }
  return known;
}

/* Whether what a span holds is too inexact, or a dependent vector has become independent. */
static __device__ bool needsStart(
    const Span &span, double driftsFar, double farthestDependentSquare) {
  // Where nothing spans, nothing is read from the tableau.
  return span.scalars[SPANNING] > 0
      && (span.scalars[FAILED] != 0
          || driftsFar != 0
          || (span.scalars[SWEEPS] > 0
              && sqrt(fmax(0.0, farthestDependentSquare)) > span.rankTolerance));
}

/* Whether norms may be much too large; notes the largest one when no update is pending. */
static __device__ bool isLoose(const Span &span, double norm) {
  if (span.scalars[PENDING] == 0) {
    span.scalars[APPLIED_NORM] = norm;
  }
  return span.scalars[PENDING] >= MANY && !(norm <= LOOSE * span.scalars[APPLIED_NORM]);
}
