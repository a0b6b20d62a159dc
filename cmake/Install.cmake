# Rules for `cmake --install`, and the package for find_package(sequent): sequent::core,
# sequent::infer for users of inference.h, and sequent::train for users of trainer.h, model.h and
# exporter.h.
include(CMakePackageConfigHelpers)

target_compile_features(sequent_core PUBLIC cxx_std_20)
# model.h, modules.h, heads.h and exporter.h expose LibTorch types.
target_link_libraries(sequent_train INTERFACE $<INSTALL_INTERFACE:sequent::torch>)
foreach(library core kernels infer train)
  set_target_properties(sequent_${library} PROPERTIES EXPORT_NAME ${library})
endforeach()
if(SEQUENT_BUILD_PROGRAMS)
  set(sequent_programs sequent sequent-infer)
  # Installed programs still find a LibTorch outside the system folders.
  set_target_properties(${sequent_programs} PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
  # Generating them runs the programs: impossible for another system's, and a sanitizer's report at
  # exit would end the build.
  if(NOT CMAKE_CROSSCOMPILING AND NOT SEQUENT_SANITIZE)
    include(cmake/ProgramDocs.cmake)
  endif()
endif()

set(sequent_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/sequent)
install(DIRECTORY include/sequent DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS sequent_core sequent_kernels sequent_infer sequent_train ${sequent_programs}
        EXPORT sequentTargets)
install(EXPORT sequentTargets NAMESPACE sequent:: DESTINATION ${sequent_package_dir})

configure_package_config_file(
  cmake/sequentConfig.cmake.in ${PROJECT_BINARY_DIR}/package/sequentConfig.cmake
  INSTALL_DESTINATION ${sequent_package_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/sequentConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/package/sequentConfig.cmake
              ${PROJECT_BINARY_DIR}/package/sequentConfigVersion.cmake cmake/Torch.cmake
              cmake/FindLibZip.cmake
              cmake/FindZstd.cmake
        DESTINATION ${sequent_package_dir})

# The test builds a separate program against the package. With sanitizers, that program would need
# the same flags.
if(SEQUENT_BUILD_TESTS AND NOT SEQUENT_SANITIZE)
  add_test(NAME install.package COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/tests/install/run.sh
                                        ${CMAKE_BINARY_DIR} ${CMAKE_CXX_COMPILER})
  set_tests_properties(install.package PROPERTIES LABELS slow TIMEOUT 300)
endif()
