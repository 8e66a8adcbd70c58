# The library and the C program by another compiler, warnings as errors; the program runs.
# cmake -DIMPASTO_SOURCE=... -DWORK=... -DGENERATOR=... -DLAUNCHER=... -DCC=clang -DCXX=clang++ -P other_compiler.cmake
include(${CMAKE_CURRENT_LIST_DIR}/common.cmake)
run(${CMAKE_COMMAND} -G ${GENERATOR} -S ${IMPASTO_SOURCE} -B ${WORK} -DCMAKE_C_COMPILER=${CC} -DCMAKE_CXX_COMPILER=${CXX}
    -DCMAKE_BUILD_TYPE=Release -DIMPASTO_WERROR=ON -DIMPASTO_BUILD_SAMPLES=OFF -DIMPASTO_BUILD_TRAINER=OFF)
run(${CMAKE_COMMAND} --build ${WORK} -j 2 --target impasto test_api_c)
run(${CMAKE_CTEST_COMMAND} --test-dir ${WORK} -R "^(HeaderIsC|OnlyImpastoSymbolsAreExported)$" --no-tests=error
    --output-on-failure)
