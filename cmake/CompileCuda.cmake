# cmake -DNVCC=... -DLAUNCHER=ccache -DHOST=compiler -DSOURCE=a.cu -DOUTPUT=a.fatbin -DFLAGS=-gencode=... -DINCLUDE=dir
# -DREPORT=a.ptxas -P CompileCuda.cmake: compiles one source for all architectures, and keeps what ptxas says of its
# kernels. Warnings are errors. (-c changes nothing for nvcc; without it ccache believes that this links.)
execute_process(
  COMMAND ${LAUNCHER} ${NVCC} -c -std=c++17 -O3 -ccbin ${HOST} -fatbin ${FLAGS} -Xptxas -v -Werror all-warnings
          -I ${INCLUDE} -MD -MF ${OUTPUT}.d -MT ${OUTPUT} -o ${OUTPUT} ${SOURCE}
  RESULT_VARIABLE failed
  OUTPUT_VARIABLE report
  ERROR_VARIABLE report)
if(failed)
  file(REMOVE ${OUTPUT})
  message(FATAL_ERROR "${report}")
endif()
file(WRITE ${REPORT} "${report}")
