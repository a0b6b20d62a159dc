# Rules for `cmake --install`, and the package for find_package(sequent). Its component `runtime` has
# sequent::core, sequent::kernels and sequent::infer for users of inference.h, and needs no LibTorch.
# The component `training`, with sequent::torchscript and sequent::train for users of trainer.h,
# model.h and exporter.h, exists only if Sequent was built with SEQUENT_TRAIN.
include(CMakePackageConfigHelpers)

set(sequent_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/sequent)
target_compile_features(sequent_core PUBLIC cxx_std_20)

set(sequent_runtime_targets sequent_core sequent_kernels sequent_infer)
foreach(library core kernels infer)
  set_target_properties(sequent_${library} PROPERTIES EXPORT_NAME ${library})
endforeach()
if(SEQUENT_BUILD_PROGRAMS)
  list(APPEND sequent_runtime_targets sequent-infer)
endif()
install(TARGETS ${sequent_runtime_targets} EXPORT sequentRuntimeTargets)
install(EXPORT sequentRuntimeTargets NAMESPACE sequent:: DESTINATION ${sequent_package_dir})

if(SEQUENT_TRAIN)
  # model.h, modules.h, heads.h and exporter.h expose LibTorch types.
  target_link_libraries(sequent_train INTERFACE $<INSTALL_INTERFACE:sequent::torch>)
  foreach(library torchscript train)
    set_target_properties(sequent_${library} PROPERTIES EXPORT_NAME ${library})
  endforeach()
  set(sequent_training_targets sequent_torchscript sequent_train)
  # What links LibTorch still finds it outside the system folders when it is installed.
  set_target_properties(sequent_torchscript_plugin PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
  if(SEQUENT_BUILD_PROGRAMS)
    list(APPEND sequent_training_targets sequent)
    set_target_properties(sequent PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
  endif()
  install(TARGETS sequent_torchscript_plugin LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(TARGETS ${sequent_training_targets} EXPORT sequentTrainingTargets)
  install(EXPORT sequentTrainingTargets NAMESPACE sequent:: DESTINATION ${sequent_package_dir})
endif()

# Generating them runs the programs: impossible for another system's, and a sanitizer's report at
# exit would end the build.
if(SEQUENT_BUILD_PROGRAMS AND NOT CMAKE_CROSSCOMPILING AND NOT SEQUENT_SANITIZE)
  include(cmake/ProgramDocs.cmake)
endif()

install(DIRECTORY include/sequent DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
configure_package_config_file(
  cmake/sequentConfig.cmake.in ${PROJECT_BINARY_DIR}/package/sequentConfig.cmake
  INSTALL_DESTINATION ${sequent_package_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/sequentConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/package/sequentConfig.cmake
              ${PROJECT_BINARY_DIR}/package/sequentConfigVersion.cmake cmake/Torch.cmake
              cmake/FindMinizip.cmake cmake/FindZstd.cmake
        DESTINATION ${sequent_package_dir})

# The test builds a separate program against the package. With sanitizers, that program would need
# the same flags.
if(SEQUENT_BUILD_TESTS AND NOT SEQUENT_SANITIZE)
  add_test(NAME install.package COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/tests/install/run.sh
                                        ${CMAKE_BINARY_DIR} ${CMAKE_CXX_COMPILER})
  set_tests_properties(install.package PROPERTIES LABELS slow TIMEOUT 300)
endif()
