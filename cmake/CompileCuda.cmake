# cmake -DNVCC=... -DHOST=compiler -DSOURCE=a.cu -DOUTPUT=a.fatbin -DCODES=-gencode=... -DINCLUDE=dir -DREPORT=a.ptxas
# -P CompileCuda.cmake: compiles one source for all architectures, and keeps what ptxas says of its kernels. Warnings are
# errors.
execute_process(
  COMMAND ${NVCC} -std=c++17 -O3 -ccbin ${HOST} -fatbin ${CODES} -Xptxas -v -Werror all-warnings
          -I ${INCLUDE} -MD -MF ${OUTPUT}.d -MT ${OUTPUT} -o ${OUTPUT} ${SOURCE}
  RESULT_VARIABLE failed
  OUTPUT_VARIABLE report
  ERROR_VARIABLE report)
if(failed)
  file(REMOVE ${OUTPUT})
  message(FATAL_ERROR "${report}")
endif()
file(WRITE ${REPORT} "${report}")
