# Defines LibTorch as a single target, sequent::torch, for the build and for an installed package
# alike.
if(NOT TARGET sequent::torch)
  # A CUDA build of LibTorch detects the GPUs to compile for with a test program, which fails to
  # build if CMake is older than CUDA. No CUDA source is compiled here, so any architecture will do.
  set(sequent_had_arch_list TRUE)
  if(NOT DEFINED TORCH_CUDA_ARCH_LIST)
    set(sequent_had_arch_list FALSE)
    set(TORCH_CUDA_ARCH_LIST "8.0")
  endif()
  # LibTorch's own CMake files search for its other parts. Make them look in the selected LibTorch
  # first, not in one that is installed on the system as well.
  set(sequent_prefix_path "${CMAKE_PREFIX_PATH}")
  if(Torch_DIR)
    get_filename_component(sequent_torch_prefix "${Torch_DIR}/../../.." ABSOLUTE)
    list(PREPEND CMAKE_PREFIX_PATH "${sequent_torch_prefix}")
  endif()
  if(sequent_FIND_QUIETLY)
    find_package(Torch 1.13 QUIET)
  else()
    find_package(Torch 1.13)
  endif()
  # Restore the variables that were set for this search only.
  set(CMAKE_PREFIX_PATH "${sequent_prefix_path}")
  if(NOT sequent_had_arch_list)
    unset(TORCH_CUDA_ARCH_LIST)
  endif()
endif()

if(NOT TARGET sequent::torch AND Torch_FOUND)

  # The default zip before LibTorch 2.7 uses the pre-C++11 std::string ABI. Without this check, the
  # error would appear only when a program is linked.
  if(TORCH_CXX_FLAGS MATCHES "_GLIBCXX_USE_CXX11_ABI=0")
    message(
      FATAL_ERROR "The LibTorch in ${Torch_DIR} was built with the old C++ ABI; use the zip whose "
                  "name contains cxx11-abi, or LibTorch 2.7 or later.")
  endif()

  add_library(sequent::torch INTERFACE IMPORTED GLOBAL)
  set_target_properties(sequent::torch PROPERTIES INTERFACE_LINK_LIBRARIES "${TORCH_LIBRARIES}")
  target_include_directories(sequent::torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
  # The CUDA toolkit folder may contain another version of a library that LibTorch bundles (NCCL).
  # The linker would check symbols against that one, but the program loads LibTorch's own at run
  # time.
  if(TORCH_CUDA_LIBRARIES)
    target_link_options(sequent::torch INTERFACE LINKER:--allow-shlib-undefined)
  endif()
endif()
