# `cmake --install`, and the package that find_package(sequent) finds: sequent::core, sequent::infer
# for users of predictor.h, sequent::train for users of trainer.h, model.h and exporter.h.
include(CMakePackageConfigHelpers)

target_compile_features(sequent_core PUBLIC cxx_std_20)
# model.h, its modules.h and heads.h, and exporter.h show LibTorch's types.
target_link_libraries(sequent_train INTERFACE $<INSTALL_INTERFACE:sequent::torch>)
foreach(library core kernels infer train)
  set_target_properties(sequent_${library} PROPERTIES EXPORT_NAME ${library})
endforeach()
if(SEQUENT_BUILD_PROGRAMS)
  set(sequent_programs sequent sequent-infer)
  # A LibTorch outside the system's folders stays found.
  set_target_properties(${sequent_programs} PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
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
        DESTINATION ${sequent_package_dir})

# The package is built against by a program of its own; sanitizers would have to be its flags too.
if(SEQUENT_BUILD_TESTS AND NOT SEQUENT_SANITIZE)
  add_test(NAME install.package COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/tests/install/run.sh
                                        ${CMAKE_BINARY_DIR} ${CMAKE_CXX_COMPILER})
  set_tests_properties(install.package PROPERTIES LABELS slow TIMEOUT 300)
endif()
