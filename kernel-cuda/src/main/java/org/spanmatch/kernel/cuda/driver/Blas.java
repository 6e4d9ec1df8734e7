package org.spanmatch.kernel.cuda.driver;

import static org.spanmatch.kernel.cuda.driver.DeviceException.checkBlas;

import jcuda.Pointer;
import jcuda.cudaDataType;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasComputeType;
import jcuda.jcublas.cublasDiagType;
import jcuda.jcublas.cublasFillMode;
import jcuda.jcublas.cublasGemmAlgo;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasOperation;
import jcuda.jcublas.cublasSideMode;

/** The cuBLAS functions that the backend needs, for matrices in cuBLAS's column-major order. */
public final class Blas {
  /** Rows and columns of the matrix for {@link #warmUp}. */
  static final int WARM_UP_SIZE = 8;

  /** What divides the dimensions of {@link #multiplyBytes}: four suffice, sixteen are faster. */
  public static final int BYTES_MULTIPLE = 16;

  private static final int N = cublasOperation.CUBLAS_OP_N;
  private static final int T = cublasOperation.CUBLAS_OP_T;
  private static final int LOWER = cublasFillMode.CUBLAS_FILL_MODE_LOWER;

  private final cublasHandle handle;
  private final Pointer one = Pointer.to(new double[] {1});
  private final Pointer minusOne = Pointer.to(new double[] {-1});
  private final Pointer oneInt = Pointer.to(new int[] {1});
  private final Pointer zeroInt = Pointer.to(new int[] {0});

  /** Takes a cuBLAS handle whose stream has been set. */
  Blas(cublasHandle handle) {
    this.handle = handle;
  }

  /** Computes y += A·x; A is rows × columns. */
  public void addProduct(
      int rows, int columns, DeviceAddress a, int lda, DeviceAddress x, DeviceAddress y) {
    if (rows > 0 && columns > 0) {
      checkBlas(
          "cublasDgemv",
          JCublas2.cublasDgemv(handle, N, rows, columns, one, a, lda, x, 1, one, y, 1));
    }
  }

  /** Computes C += A·Aᵀ, the lower triangle only; A is size × depth. */
  public void addSquare(int size, int depth, DeviceAddress a, int lda, DeviceAddress c, int ldc) {
    syrk(size, depth, one, a, lda, c, ldc);
  }

  /** Computes C −= A·Aᵀ, the lower triangle only; A is size × depth. */
  public void subtractSquare(
      int size, int depth, DeviceAddress a, int lda, DeviceAddress c, int ldc) {
    syrk(size, depth, minusOne, a, lda, c, ldc);
  }

  private void syrk(
      int size, int depth, Pointer alpha, DeviceAddress a, int lda, DeviceAddress c, int ldc) {
    if (size > 0 && depth > 0) {
      checkBlas(
          "cublasDsyrk",
          JCublas2.cublasDsyrk(handle, LOWER, N, size, depth, alpha, a, lda, one, c, ldc));
    }
  }

  /** Computes C += A·Bᵀ; A is rows × depth, B is columns × depth. */
  public void addProduct(
      int rows,
      int columns,
      int depth,
      DeviceAddress a,
      int lda,
      DeviceAddress b,
      int ldb,
      DeviceAddress c,
      int ldc) {
    gemm(rows, columns, depth, one, a, lda, b, ldb, c, ldc);
  }

  /** Computes C −= A·Bᵀ; A is rows × depth, B is columns × depth. */
  public void subtractProduct(
      int rows,
      int columns,
      int depth,
      DeviceAddress a,
      int lda,
      DeviceAddress b,
      int ldb,
      DeviceAddress c,
      int ldc) {
    gemm(rows, columns, depth, minusOne, a, lda, b, ldb, c, ldc);
  }

  private void gemm(
      int rows,
      int columns,
      int depth,
      Pointer alpha,
      DeviceAddress a,
      int lda,
      DeviceAddress b,
      int ldb,
      DeviceAddress c,
      int ldc) {
    if (rows > 0 && columns > 0 && depth > 0) {
      checkBlas(
          "cublasDgemm",
          JCublas2.cublasDgemm(
              handle, N, T, rows, columns, depth, alpha, a, lda, b, ldb, one, c, ldc));
    }
  }

  /**
   * Computes C = Aᵀ·B exactly, in 32-bit integers that the caller keeps in range; A is depth × rows
   * and B is depth × columns, both of signed bytes.
   *
   * <p>Tensor cores want {@code rows}, {@code depth} and the leading dimensions to be multiples of
   * {@value #BYTES_MULTIPLE}, and as many bytes of alignment.
   */
  public void multiplyBytes(
      int rows,
      int columns,
      int depth,
      DeviceAddress a,
      int lda,
      DeviceAddress b,
      int ldb,
      DeviceAddress c,
      int ldc) {
    checkBlas(
        "cublasGemmEx",
        JCublas2.cublasGemmEx_new(
            handle,
            T,
            N,
            rows,
            columns,
            depth,
            oneInt,
            a,
            cudaDataType.CUDA_R_8I,
            lda,
            b,
            cudaDataType.CUDA_R_8I,
            ldb,
            zeroInt,
            c,
            cudaDataType.CUDA_R_32I,
            ldc,
            cublasComputeType.CUBLAS_COMPUTE_32I,
            cublasGemmAlgo.CUBLAS_GEMM_DEFAULT));
  }

  /** Computes B := B·L⁻¹ for a lower triangle L of {@code size} rows; B has {@code rows} rows. */
  public void divide(int rows, int size, DeviceAddress l, int ldl, DeviceAddress b, int ldb) {
    trsm(N, rows, size, l, ldl, b, ldb);
  }

  /** Computes B := B·L⁻ᵀ for a lower triangle L of {@code size} rows; B has {@code rows} rows. */
  public void divideTransposed(
      int rows, int size, DeviceAddress l, int ldl, DeviceAddress b, int ldb) {
    trsm(T, rows, size, l, ldl, b, ldb);
  }

  private void trsm(
      int operation, int rows, int size, DeviceAddress l, int ldl, DeviceAddress b, int ldb) {
    if (rows > 0 && size > 0) {
      checkBlas(
          "cublasDtrsm",
          JCublas2.cublasDtrsm(
              handle,
              cublasSideMode.CUBLAS_SIDE_RIGHT,
              LOWER,
              operation,
              cublasDiagType.CUBLAS_DIAG_NON_UNIT,
              rows,
              size,
              one,
              l,
              ldl,
              b,
              ldb));
    }
  }

  /**
   * Makes cuBLAS load its code now, while there is memory for it.
   *
   * @param matrix {@link #WARM_UP_SIZE} × {@code WARM_UP_SIZE} zeros
   */
  void warmUp(DeviceAddress matrix) {
    int size = WARM_UP_SIZE;
    addProduct(size, size, matrix, size, matrix, matrix);
    addSquare(size, size, matrix, size, matrix, size);
    subtractProduct(size, size, size, matrix, size, matrix, size, matrix, size);
    divide(size, size, matrix, size, matrix, size);
    divideTransposed(size, size, matrix, size, matrix, size);
  }
}
