/* The calls of cuBLAS that the stand-in implements: checks here, arithmetic in blas.c, on the handle's stream. */
#include "standin.h"

#include "blas.h"

#include <math.h>

enum {
    SUCCESS = 0,
    BLAS_NOT_INITIALIZED = 1,
    BLAS_INVALID_VALUE = 7,
    EXECUTION_FAILED = 13,
    INTERNAL_ERROR = 14,
    BLAS_NOT_SUPPORTED = 15
};

enum { OP_N, OP_T, OP_C };
enum { FILL_LOWER, FILL_UPPER };
enum { SIDE_LEFT, SIDE_RIGHT };
enum { DIAG_NON_UNIT, DIAG_UNIT };
enum { POINTER_HOST, POINTER_DEVICE };

struct handle {
    struct object object;
    void *stream; /* as it was set: the handle of a stream, or null for the legacy default one */
    int pointer_mode, math_mode, atomics_mode;
};

/* A factor, known already, or to be read from device memory when its time has come. */
struct scalar {
    double value;
    const double *at;
};

/* Everything that any of the operations needs. */
struct computation {
    ptrdiff_t m, n, k;
    struct scalar alpha, beta;
    struct matrix a, b, c;
    enum part part;
    bool lower, unit;
    double *result;
};

/* What the driver says, as a status of cuBLAS. */
static int status_of(int code, const struct context *context, int lost)
{
    if (code == OK) {
        return SUCCESS;
    }
    if (context == NULL) {
        return BLAS_NOT_INITIALIZED;
    }
    return code >= 700 && code < 800 ? lost : code;
}

/* Opens a call. The gate has to be given back whatever the status is. */
static int open_call(const char *call, enum sort sort, const void *pointer, struct handle **handle, struct context **context)
{
    int lost = sort == BLAS_COMPUTATION ? EXECUTION_FAILED : INTERNAL_ERROR;
    int code = standin_enter(call, sort, EXECUTION_FAILED, context);
    *handle = NULL;
    if (*context != NULL && pointer != NULL) {
        *handle = standin_object(pointer, BLAS_HANDLE, *context);
    }
    if (code == OK && *handle == NULL) {
        return pointer == NULL ? BLAS_NOT_INITIALIZED : BLAS_INVALID_VALUE;
    }
    return status_of(code, *context, lost);
}

int cublasCreate_v2(struct handle **handle)
{
    standin_take_time("SPANMATCH_STANDIN_CUBLAS_MS");
    struct context *context;
    int code = standin_enter(__func__, BLAS_CREATION, BLAS_NOT_INITIALIZED, &context);
    if (code == OK) {
        *handle = standin_object_new(BLAS_HANDLE, context, sizeof **handle);
    }
    return standin_leave(status_of(code, context, INTERNAL_ERROR));
}

int cublasDestroy_v2(void *pointer)
{
    struct handle *handle;
    struct context *context;
    int status = open_call(__func__, NO_SORT, pointer, &handle, &context);
    if (handle != NULL) {
        int code = standin_wait_idle(context);
        status = status != SUCCESS ? status : status_of(code, context, INTERNAL_ERROR);
        standin_object_free(handle);
    }
    return standin_leave(status);
}

int cublasSetStream_v2(void *pointer, void *stream)
{
    struct handle *handle;
    struct context *context;
    int status = open_call(__func__, NO_SORT, pointer, &handle, &context);
    if (status == SUCCESS) {
        if (standin_stream(stream, context) == NULL) {
            status = BLAS_INVALID_VALUE;
        } else {
            handle->stream = stream;
        }
    }
    return standin_leave(status);
}

int cublasGetStream_v2(void *pointer, void **stream)
{
    struct handle *handle;
    struct context *context;
    int status = open_call(__func__, NO_SORT, pointer, &handle, &context);
    if (status == SUCCESS) {
        *stream = handle->stream;
    }
    return standin_leave(status);
}

int cublasSetWorkspace_v2(void *pointer, const void *workspace, size_t size)
{
    struct handle *handle;
    struct context *context;
    int status = open_call(__func__, NO_SORT, pointer, &handle, &context);
    if (status == SUCCESS && size != 0 && !standin_device_range(context, workspace, size, "the workspace")) {
        status = BLAS_INVALID_VALUE;
    }
    return standin_leave(status);
}

static int set_mode(const char *call, void *pointer, size_t offset, int mode, int highest)
{
    struct handle *handle;
    struct context *context;
    int status = open_call(call, NO_SORT, pointer, &handle, &context);
    if (status == SUCCESS && (mode < 0 || mode > highest)) {
        status = BLAS_INVALID_VALUE;
    }
    if (status == SUCCESS) {
        *(int *) ((char *) handle + offset) = mode;
    }
    return standin_leave(status);
}

static int get_mode(const char *call, void *pointer, size_t offset, int *mode)
{
    struct handle *handle;
    struct context *context;
    int status = open_call(call, NO_SORT, pointer, &handle, &context);
    if (status == SUCCESS) {
        *mode = *(int *) ((char *) handle + offset);
    }
    return standin_leave(status);
}

int cublasSetPointerMode_v2(void *handle, int mode)
{
    return set_mode(__func__, handle, offsetof(struct handle, pointer_mode), mode, POINTER_DEVICE);
}

int cublasGetPointerMode_v2(void *handle, int *mode)
{
    return get_mode(__func__, handle, offsetof(struct handle, pointer_mode), mode);
}

int cublasSetMathMode(void *handle, int mode)
{
    const int all_flags = 0xFF;
    return set_mode(__func__, handle, offsetof(struct handle, math_mode), mode, all_flags);
}

int cublasGetMathMode(void *handle, int *mode)
{
    return get_mode(__func__, handle, offsetof(struct handle, math_mode), mode);
}

int cublasSetAtomicsMode(void *handle, int mode)
{
    return set_mode(__func__, handle, offsetof(struct handle, atomics_mode), mode, 1);
}

int cublasGetAtomicsMode(void *handle, int *mode)
{
    return get_mode(__func__, handle, offsetof(struct handle, atomics_mode), mode);
}

static int version(void)
{
    return (int) standin_environment("SPANMATCH_STANDIN_CUBLAS", 120600);
}

int cublasGetVersion_v2(void *handle, int *value)
{
    (void) handle;
    *value = version();
    return SUCCESS;
}

int cublasGetProperty(int property, int *value)
{
    enum { MAJOR, MINOR, PATCH };
    switch (property) {
    case MAJOR:
        *value = version() / 10000;
        return SUCCESS;
    case MINOR:
        *value = version() / 100 % 100;
        return SUCCESS;
    case PATCH:
        *value = version() % 100;
        return SUCCESS;
    default:
        return BLAS_INVALID_VALUE;
    }
}

size_t cublasGetCudartVersion(void)
{
    return 12060;
}

static const char *status_text(int status, bool name)
{
    static const struct {
        int status;
        const char *name, *text;
    } statuses[] = {
        {SUCCESS, "CUBLAS_STATUS_SUCCESS", "success"},
        {BLAS_NOT_INITIALIZED, "CUBLAS_STATUS_NOT_INITIALIZED", "the library was not initialized"},
        {3, "CUBLAS_STATUS_ALLOC_FAILED", "the resource allocation failed"},
        {BLAS_INVALID_VALUE, "CUBLAS_STATUS_INVALID_VALUE", "an unsupported value or parameter was passed to the function"},
        {8, "CUBLAS_STATUS_ARCH_MISMATCH", "the function requires an architectural feature absent from the device"},
        {11, "CUBLAS_STATUS_MAPPING_ERROR", "an access to the GPU memory space failed"},
        {EXECUTION_FAILED, "CUBLAS_STATUS_EXECUTION_FAILED", "the function failed to launch on the GPU"},
        {INTERNAL_ERROR, "CUBLAS_STATUS_INTERNAL_ERROR", "an internal operation failed"},
        {BLAS_NOT_SUPPORTED, "CUBLAS_STATUS_NOT_SUPPORTED", "the functionality requested is not supported"},
    };
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        if (statuses[i].status == status) {
            return name ? statuses[i].name : statuses[i].text;
        }
    }
    return "unknown";
}

const char *cublasGetStatusName(int status)
{
    return status_text(status, true);
}

const char *cublasGetStatusString(int status)
{
    return status_text(status, false);
}

/* Checks of arguments. */

static bool is_op(int op)
{
    return op >= OP_N && op <= OP_C;
}

static bool is_matrix(const struct context *context, const double *at, ptrdiff_t rows, ptrdiff_t columns, int ld, const char *what)
{
    if (ld < (rows > 1 ? rows : 1)) {
        standin_report("%s has %td rows, but a leading dimension of %d", what, rows, ld);
        return false;
    }
    if (rows == 0 || columns == 0) {
        return true;
    }
    return standin_device_range(context, at, (size_t) ((columns - 1) * ld + rows) * sizeof *at, what);
}

static bool is_vector(const struct context *context, const double *at, ptrdiff_t n, int step, const char *what)
{
    size_t distance = (size_t) (step < 0 ? -(long) step : step);
    return n == 0 || standin_device_range(context, at, ((size_t) (n - 1) * distance + 1) * sizeof *at, what);
}

/* A number at an address that is the host's or the device's, as the mode says. */
static bool is_number(const struct handle *handle, const double *at, const char *what)
{
    return handle->pointer_mode == POINTER_DEVICE
        ? standin_device_range(handle->object.context, at, sizeof *at, what)
        : standin_host_range(at, sizeof *at, what);
}

static bool take_scalar(const struct handle *handle, const double *at, struct scalar *scalar, const char *what)
{
    if (!is_number(handle, at, what)) {
        return false;
    }
    if (handle->pointer_mode == POINTER_DEVICE) {
        scalar->at = at;
    } else {
        scalar->value = *at;
    }
    return true;
}

static double value_of(struct scalar scalar)
{
    return scalar.at != NULL ? *scalar.at : scalar.value;
}

static bool is_zero(struct scalar scalar)
{
    return scalar.at == NULL && scalar.value == 0;
}

static struct matrix view(const double *at, int ld)
{
    return (struct matrix){(double *) at, 1, ld};
}

static struct matrix op_view(int op, const double *at, int ld)
{
    return op == OP_N ? view(at, ld) : transposed(view(at, ld));
}

/* A vector as a matrix of one column; with a negative step the last element comes first, as in BLAS. */
static struct matrix vector_view(const double *at, ptrdiff_t n, int step)
{
    return (struct matrix){(double *) at + (step < 0 ? (1 - n) * step : 0), step, 1};
}

static int enqueue(struct handle *handle, int (*run)(void *), const struct computation *computation, struct ticket *ticket)
{
    struct stream *stream = standin_stream(handle->stream, handle->object.context);
    if (stream == NULL) {
        return EXECUTION_FAILED;
    }
    *ticket = standin_enqueue(stream, run, computation, sizeof *computation);
    return SUCCESS;
}

static int submit(struct handle *handle, int (*run)(void *), const struct computation *computation)
{
    struct ticket ticket;
    return enqueue(handle, run, computation, &ticket);
}

/* Matrices times matrices. */

static int run_multiply(void *payload)
{
    struct computation *c = payload;
    multiply(c->part, c->m, c->n, c->k, value_of(c->alpha), c->a, c->b, value_of(c->beta), c->c);
    return OK;
}

static int gemm(struct handle *handle, struct context *context, int op_a, int op_b, int m, int n, int k, const double *alpha,
    const double *a, int lda, const double *b, int ldb, const double *beta, double *c, int ldc)
{
    struct computation computation = {
        .m = m, .n = n, .k = k, .a = op_view(op_a, a, lda), .b = op_view(op_b, b, ldb), .c = view(c, ldc)};
    if (!is_op(op_a) || !is_op(op_b) || m < 0 || n < 0 || k < 0
        || !take_scalar(handle, alpha, &computation.alpha, "alpha") || !take_scalar(handle, beta, &computation.beta, "beta")
        || !is_matrix(context, c, m, n, ldc, "C")) {
        return BLAS_INVALID_VALUE;
    }
    if (m == 0 || n == 0) {
        return SUCCESS;
    }
    bool read = k != 0 && !is_zero(computation.alpha);
    if (read
        && (!is_matrix(context, a, op_a == OP_N ? m : k, op_a == OP_N ? k : m, lda, "A")
            || !is_matrix(context, b, op_b == OP_N ? k : n, op_b == OP_N ? n : k, ldb, "B"))) {
        return BLAS_INVALID_VALUE;
    }
    return submit(handle, run_multiply, &computation);
}

int cublasDgemm_v2(void *pointer, int op_a, int op_b, int m, int n, int k, const double *alpha, const double *a, int lda,
    const double *b, int ldb, const double *beta, double *c, int ldc)
{
    struct handle *handle;
    struct context *context;
    int status = open_call(__func__, BLAS_COMPUTATION, pointer, &handle, &context);
    if (status == SUCCESS) {
        status = gemm(handle, context, op_a, op_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    }
    return standin_leave(status);
}

static int syrk(struct handle *handle, struct context *context, int fill, int op, int n, int k, const double *alpha,
    const double *a, int lda, const double *beta, double *c, int ldc)
{
    struct matrix op_a = op_view(op, a, lda);
    struct computation computation = {.m = n, .n = n, .k = k, .a = op_a, .b = transposed(op_a), .c = view(c, ldc),
        .part = fill == FILL_LOWER ? LOWER : UPPER};
    if (fill < FILL_LOWER || fill > FILL_UPPER || !is_op(op) || n < 0 || k < 0
        || !take_scalar(handle, alpha, &computation.alpha, "alpha") || !take_scalar(handle, beta, &computation.beta, "beta")
        || !is_matrix(context, c, n, n, ldc, "C")) {
        return BLAS_INVALID_VALUE;
    }
    if (n == 0) {
        return SUCCESS;
    }
    bool read = k != 0 && !is_zero(computation.alpha);
    if (read && !is_matrix(context, a, op == OP_N ? n : k, op == OP_N ? k : n, lda, "A")) {
        return BLAS_INVALID_VALUE;
    }
    return submit(handle, run_multiply, &computation);
}

int cublasDsyrk_v2(void *pointer, int fill, int op, int n, int k, const double *alpha, const double *a, int lda,
    const double *beta, double *c, int ldc)
{
    struct handle *handle;
    struct context *context;
    int status = open_call(__func__, BLAS_COMPUTATION, pointer, &handle, &context);
    if (status == SUCCESS) {
        status = syrk(handle, context, fill, op, n, k, alpha, a, lda, beta, c, ldc);
    }
    return standin_leave(status);
}

/* Bytes times bytes, the only product of cublasGemmEx that is here. */

enum { TYPE_8I = 3, TYPE_32I = 10, COMPUTE_32I = 72, COMPUTE_32I_PEDANTIC = 73 };
enum { WORD = 4 };

struct bytes_computation {
    ptrdiff_t m, n, k, lda, ldb, ldc;
    int32_t alpha, beta;
    const int8_t *a, *b;
    int32_t *c;
};

static int run_multiply_bytes(void *payload)
{
    struct bytes_computation *c = payload;
    if (!multiply_bytes(c->m, c->n, c->k, c->alpha, c->a, c->lda, c->b, c->ldb, c->beta, c->c, c->ldc)) {
        standin_report("a product of bytes leaves the range of 32-bit integers");
    }
    return OK;
}

/* As the manual of cublasLtMatmul asks of bytes in the usual order; cublasGemmEx takes a little more on some GPUs. */
static bool is_for_tensor_cores(int op_a, int op_b, int m, int k, const struct bytes_computation *computation)
{
    const char *what = op_a != OP_T || op_b != OP_N ? "A must be transposed, and B not"
        : m % WORD != 0 || k % WORD != 0            ? "m and k must be multiples of 4"
        : computation->lda % WORD != 0 || computation->ldb % WORD != 0 || computation->ldc % WORD != 0
        ? "leading dimensions must be multiples of 4"
        : ((uintptr_t) computation->a | (uintptr_t) computation->b | (uintptr_t) computation->c) % WORD != 0
        ? "matrices must be aligned to 4 bytes"
        : NULL;
    if (what != NULL) {
        standin_report("in products of bytes %s", what);
    }
    return what == NULL;
}

static bool is_wide_matrix(const struct context *context, const void *at, size_t size, int rows, int columns, int ld, const char *what)
{
    if (ld < (rows > 1 ? rows : 1)) {
        standin_report("%s has %d rows, but a leading dimension of %d", what, rows, ld);
        return false;
    }
    return rows == 0 || columns == 0
        || standin_device_range(context, at, ((size_t) (columns - 1) * (size_t) ld + (size_t) rows) * size, what);
}

static int gemm_bytes(struct handle *handle, struct context *context, int op_a, int op_b, int m, int n, int k,
    const int32_t *alpha, const void *a, int lda, const void *b, int ldb, const int32_t *beta, void *c, int ldc)
{
    struct bytes_computation computation = {.m = m, .n = n, .k = k, .lda = lda, .ldb = ldb, .ldc = ldc, .a = a, .b = b, .c = c};
    if (!is_op(op_a) || !is_op(op_b) || m < 0 || n < 0 || k < 0 || handle->pointer_mode != POINTER_HOST
        || !standin_host_range(alpha, sizeof *alpha, "alpha") || !standin_host_range(beta, sizeof *beta, "beta")) {
        return BLAS_INVALID_VALUE;
    }
    if (!is_for_tensor_cores(op_a, op_b, m, k, &computation)) {
        return BLAS_NOT_SUPPORTED;
    }
    if (!is_wide_matrix(context, a, sizeof(int8_t), k, m, lda, "A") || !is_wide_matrix(context, b, sizeof(int8_t), k, n, ldb, "B")
        || !is_wide_matrix(context, c, sizeof(int32_t), m, n, ldc, "C")) {
        return BLAS_INVALID_VALUE;
    }
    struct stream *stream = standin_stream(handle->stream, handle->object.context);
    if (stream == NULL) {
        return EXECUTION_FAILED;
    }
    computation.alpha = *alpha;
    computation.beta = *beta;
    standin_enqueue(stream, run_multiply_bytes, &computation, sizeof computation);
    return SUCCESS;
}

int cublasGemmEx(void *pointer, int op_a, int op_b, int m, int n, int k, const void *alpha, const void *a, int type_a, int lda,
    const void *b, int type_b, int ldb, const void *beta, void *c, int type_c, int ldc, int compute, int algorithm)
{
    struct handle *handle;
    struct context *context;
    (void) algorithm;
    int status = open_call(__func__, BLAS_COMPUTATION, pointer, &handle, &context);
    if (status == SUCCESS) {
        bool bytes = type_a == TYPE_8I && type_b == TYPE_8I && type_c == TYPE_32I
            && (compute == COMPUTE_32I || compute == COMPUTE_32I_PEDANTIC);
        status = bytes ? gemm_bytes(handle, context, op_a, op_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc) : BLAS_NOT_SUPPORTED;
    }
    return standin_leave(status);
}

/* Triangles. */

static int run_solve(void *payload)
{
    struct computation *c = payload;
    solve_triangular(c->lower, c->unit, c->m, c->n, value_of(c->alpha), c->a, c->c);
    return OK;
}

static int run_multiply_triangular(void *payload)
{
    struct computation *c = payload;
    multiply_triangular(c->lower, c->unit, c->m, c->n, value_of(c->alpha), c->a, c->b, c->c);
    return OK;
}

/* A triangle on the right is one on the left of the transposed equation. */
static int triangular(struct handle *handle, struct context *context, int (*run)(void *), int side, int fill, int op, int diag,
    int m, int n, const double *alpha, const double *a, int lda, const double *b, int ldb, double *c, int ldc)
{
    bool right = side == SIDE_RIGHT;
    bool flip = (op != OP_N) != right;
    struct matrix op_a = view(a, lda);
    struct computation computation = {
        .m = right ? n : m,
        .n = right ? m : n,
        .a = flip ? transposed(op_a) : op_a,
        .b = right ? transposed(view(b, ldb)) : view(b, ldb),
        .c = right ? transposed(view(c, ldc)) : view(c, ldc),
        .lower = (fill == FILL_LOWER) != flip,
        .unit = diag == DIAG_UNIT,
    };
    if (side < SIDE_LEFT || side > SIDE_RIGHT || fill < FILL_LOWER || fill > FILL_UPPER || !is_op(op) || diag < DIAG_NON_UNIT
        || diag > DIAG_UNIT || m < 0 || n < 0 || !take_scalar(handle, alpha, &computation.alpha, "alpha")
        || !is_matrix(context, b, m, n, ldb, "B") || !is_matrix(context, c, m, n, ldc, "C")) {
        return BLAS_INVALID_VALUE;
    }
    if (m == 0 || n == 0) {
        return SUCCESS;
    }
    if (!is_zero(computation.alpha) && !is_matrix(context, a, computation.m, computation.m, lda, "A")) {
        return BLAS_INVALID_VALUE;
    }
    return submit(handle, run, &computation);
}

int cublasDtrsm_v2(void *pointer, int side, int fill, int op, int diag, int m, int n, const double *alpha, const double *a,
    int lda, double *b, int ldb)
{
    struct handle *handle;
    struct context *context;
    int status = open_call(__func__, BLAS_COMPUTATION, pointer, &handle, &context);
    if (status == SUCCESS) {
        status = triangular(handle, context, run_solve, side, fill, op, diag, m, n, alpha, a, lda, b, ldb, b, ldb);
    }
    return standin_leave(status);
}

int cublasDtrmm_v2(void *pointer, int side, int fill, int op, int diag, int m, int n, const double *alpha, const double *a,
    int lda, const double *b, int ldb, double *c, int ldc)
{
    struct handle *handle;
    struct context *context;
    int status = open_call(__func__, BLAS_COMPUTATION, pointer, &handle, &context);
    if (status == SUCCESS) {
        status = triangular(handle, context, run_multiply_triangular, side, fill, op, diag, m, n, alpha, a, lda, b, ldb, c, ldc);
    }
    return standin_leave(status);
}

/* Sums of matrices, and vectors. */

static int run_geam(void *payload)
{
    struct computation *c = payload;
    double alpha = value_of(c->alpha), beta = value_of(c->beta);
    for (ptrdiff_t j = 0; j < c->n; j++) {
        for (ptrdiff_t i = 0; i < c->m; i++) {
            double first = alpha == 0 ? 0 : alpha * *element(c->a, i, j);
            double second = beta == 0 ? 0 : beta * *element(c->b, i, j);
            *element(c->c, i, j) = first + second;
        }
    }
    return OK;
}

/* C may be A or B only where that one is read in the order in which C is written. */
static bool may_be_target(int op, const double *a, int lda, const double *c, int ldc, const char *what)
{
    if (a == c && (op != OP_N || lda != ldc)) {
        standin_report("C can't be %s where that is transposed or has another leading dimension", what);
        return false;
    }
    return true;
}

static int geam(struct handle *handle, struct context *context, int op_a, int op_b, int m, int n, const double *alpha,
    const double *a, int lda, const double *beta, const double *b, int ldb, double *c, int ldc)
{
    struct computation computation = {
        .m = m, .n = n, .a = op_view(op_a, a, lda), .b = op_view(op_b, b, ldb), .c = view(c, ldc)};
    if (!is_op(op_a) || !is_op(op_b) || m < 0 || n < 0 || !take_scalar(handle, alpha, &computation.alpha, "alpha")
        || !take_scalar(handle, beta, &computation.beta, "beta") || !is_matrix(context, c, m, n, ldc, "C")) {
        return BLAS_INVALID_VALUE;
    }
    if (m == 0 || n == 0) {
        return SUCCESS;
    }
    if (!is_zero(computation.alpha)
        && (!is_matrix(context, a, op_a == OP_N ? m : n, op_a == OP_N ? n : m, lda, "A")
            || !may_be_target(op_a, a, lda, c, ldc, "A"))) {
        return BLAS_INVALID_VALUE;
    }
    if (!is_zero(computation.beta)
        && (!is_matrix(context, b, op_b == OP_N ? m : n, op_b == OP_N ? n : m, ldb, "B")
            || !may_be_target(op_b, b, ldb, c, ldc, "B"))) {
        return BLAS_INVALID_VALUE;
    }
    return submit(handle, run_geam, &computation);
}

int cublasDgeam(void *pointer, int op_a, int op_b, int m, int n, const double *alpha, const double *a, int lda,
    const double *beta, const double *b, int ldb, double *c, int ldc)
{
    struct handle *handle;
    struct context *context;
    int status = open_call(__func__, BLAS_COMPUTATION, pointer, &handle, &context);
    if (status == SUCCESS) {
        status = geam(handle, context, op_a, op_b, m, n, alpha, a, lda, beta, b, ldb, c, ldc);
    }
    return standin_leave(status);
}

static int run_gemv(void *payload)
{
    struct computation *c = payload;
    double alpha = value_of(c->alpha), beta = value_of(c->beta);
    for (ptrdiff_t i = 0; i < c->m; i++) {
        double *y = element(c->c, i, 0);
        double sum = 0;
        for (ptrdiff_t j = 0; alpha != 0 && j < c->n; j++) {
            sum += *element(c->a, i, j) * *element(c->b, j, 0);
        }
        *y = (beta == 0 ? 0 : beta * *y) + (alpha == 0 ? 0 : alpha * sum);
    }
    return OK;
}

static int gemv(struct handle *handle, struct context *context, int op, int m, int n, const double *alpha, const double *a,
    int lda, const double *x, int step_x, const double *beta, double *y, int step_y)
{
    ptrdiff_t rows = op == OP_N ? m : n, columns = op == OP_N ? n : m;
    struct computation computation = {.m = rows, .n = columns, .a = op_view(op, a, lda),
        .b = vector_view(x, columns, step_x), .c = vector_view(y, rows, step_y)};
    if (!is_op(op) || m < 0 || n < 0 || step_x == 0 || step_y == 0
        || !take_scalar(handle, alpha, &computation.alpha, "alpha") || !take_scalar(handle, beta, &computation.beta, "beta")) {
        return BLAS_INVALID_VALUE;
    }
    if (m == 0 || n == 0) {
        return SUCCESS;
    }
    if (!is_vector(context, y, rows, step_y, "y")) {
        return BLAS_INVALID_VALUE;
    }
    if (!is_zero(computation.alpha)
        && (!is_matrix(context, a, m, n, lda, "A") || !is_vector(context, x, columns, step_x, "x"))) {
        return BLAS_INVALID_VALUE;
    }
    return submit(handle, run_gemv, &computation);
}

int cublasDgemv_v2(void *pointer, int op, int m, int n, const double *alpha, const double *a, int lda, const double *x,
    int step_x, const double *beta, double *y, int step_y)
{
    struct handle *handle;
    struct context *context;
    int status = open_call(__func__, BLAS_COMPUTATION, pointer, &handle, &context);
    if (status == SUCCESS) {
        status = gemv(handle, context, op, m, n, alpha, a, lda, x, step_x, beta, y, step_y);
    }
    return standin_leave(status);
}

static int run_copy(void *payload)
{
    struct computation *c = payload;
    for (ptrdiff_t i = 0; i < c->n; i++) {
        *element(c->c, i, 0) = *element(c->a, i, 0);
    }
    return OK;
}

int cublasDcopy_v2(void *pointer, int n, const double *x, int step_x, double *y, int step_y)
{
    struct handle *handle;
    struct context *context;
    int status = open_call(__func__, BLAS_COMPUTATION, pointer, &handle, &context);
    if (status == SUCCESS && n > 0) {
        struct computation computation = {.n = n, .a = vector_view(x, n, step_x), .c = vector_view(y, n, step_y)};
        bool valid = is_vector(context, x, n, step_x, "x") && is_vector(context, y, n, step_y, "y");
        status = valid ? submit(handle, run_copy, &computation) : BLAS_INVALID_VALUE;
    }
    return standin_leave(status);
}

static int run_scal(void *payload)
{
    struct computation *c = payload;
    double alpha = value_of(c->alpha);
    for (ptrdiff_t i = 0; i < c->n; i++) {
        *element(c->c, i, 0) *= alpha;
    }
    return OK;
}

int cublasDscal_v2(void *pointer, int n, const double *alpha, double *x, int step)
{
    struct handle *handle;
    struct context *context;
    int status = open_call(__func__, BLAS_COMPUTATION, pointer, &handle, &context);
    if (status == SUCCESS && n > 0 && step > 0) {
        struct computation computation = {.n = n, .c = vector_view(x, n, step)};
        bool valid = take_scalar(handle, alpha, &computation.alpha, "alpha") && is_vector(context, x, n, step, "x");
        status = valid ? submit(handle, run_scal, &computation) : BLAS_INVALID_VALUE;
    }
    return standin_leave(status);
}

static int run_dot(void *payload)
{
    struct computation *c = payload;
    double sum = 0;
    for (ptrdiff_t i = 0; i < c->n; i++) {
        sum += *element(c->a, i, 0) * *element(c->b, i, 0);
    }
    *c->result = sum;
    return OK;
}

/* Scaled, so that squares neither overflow nor vanish. */
static int run_nrm2(void *payload)
{
    struct computation *c = payload;
    double largest = 0, sum = 0;
    for (ptrdiff_t i = 0; i < c->n; i++) {
        double size = fabs(*element(c->a, i, 0));
        largest = size > largest || isnan(size) ? size : largest;
    }
    for (ptrdiff_t i = 0; i < c->n && largest != 0 && isfinite(largest); i++) {
        double part = *element(c->a, i, 0) / largest;
        sum += part * part;
    }
    *c->result = isfinite(largest) ? largest * sqrt(sum) : largest;
    return OK;
}

/* A result for the host is there when the call returns. */
static int reduce(struct handle *handle, struct context *context, int (*run)(void *), struct computation *computation)
{
    struct ticket ticket;
    if (!is_number(handle, computation->result, "the result")) {
        return BLAS_INVALID_VALUE;
    }
    int status = enqueue(handle, run, computation, &ticket);
    if (status == SUCCESS && handle->pointer_mode == POINTER_HOST) {
        status = status_of(standin_wait(context, ticket), context, EXECUTION_FAILED);
    }
    return status;
}

int cublasDdot_v2(void *pointer, int n, const double *x, int step_x, const double *y, int step_y, double *result)
{
    struct handle *handle;
    struct context *context;
    int status = open_call(__func__, BLAS_COMPUTATION, pointer, &handle, &context);
    if (status == SUCCESS) {
        ptrdiff_t count = n > 0 ? n : 0;
        struct computation computation = {
            .n = count, .a = vector_view(x, count, step_x), .b = vector_view(y, count, step_y), .result = result};
        bool valid = is_vector(context, x, count, step_x, "x") && is_vector(context, y, count, step_y, "y");
        status = valid ? reduce(handle, context, run_dot, &computation) : BLAS_INVALID_VALUE;
    }
    return standin_leave(status);
}

int cublasDnrm2_v2(void *pointer, int n, const double *x, int step, double *result)
{
    struct handle *handle;
    struct context *context;
    int status = open_call(__func__, BLAS_COMPUTATION, pointer, &handle, &context);
    if (status == SUCCESS) {
        ptrdiff_t count = n > 0 && step > 0 ? n : 0;
        struct computation computation = {.n = count, .a = vector_view(x, count, step), .result = result};
        bool valid = is_vector(context, x, count, step, "x");
        status = valid ? reduce(handle, context, run_nrm2, &computation) : BLAS_INVALID_VALUE;
    }
    return standin_leave(status);
}
