# LibTorch as one target, sequent::torch, made alike in the build and in an installed package.
if(NOT TARGET sequent::torch)
  # A CUDA LibTorch looks for the GPUs to compile for, with a test program that a CMake older than
  # its CUDA cannot build. No CUDA source is compiled here: any name will do.
  set(sequent_had_arch_list TRUE)
  if(NOT DEFINED TORCH_CUDA_ARCH_LIST)
    set(sequent_had_arch_list FALSE)
    set(TORCH_CUDA_ARCH_LIST "8.0")
  endif()
  # LibTorch's own CMake files search for its other parts: in the LibTorch that was named first, not
  # in one that the system has as well.
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
  # What was set for this search alone is not the business of whoever includes this file.
  set(CMAKE_PREFIX_PATH "${sequent_prefix_path}")
  if(NOT sequent_had_arch_list)
    unset(TORCH_CUDA_ARCH_LIST)
  endif()
endif()

if(NOT TARGET sequent::torch AND Torch_FOUND)

  # The default zip before LibTorch 2.7 has the strings of 2011: its symbols would not be found when
  # a program is linked, long after this.
  if(TORCH_CXX_FLAGS MATCHES "_GLIBCXX_USE_CXX11_ABI=0")
    message(
      FATAL_ERROR "The LibTorch in ${Torch_DIR} was built with the old C++ ABI; take the zip whose "
                  "name has cxx11-abi in it, or LibTorch 2.7 or later.")
  endif()

  add_library(sequent::torch INTERFACE IMPORTED GLOBAL)
  set_target_properties(sequent::torch PROPERTIES INTERFACE_LINK_LIBRARIES "${TORCH_LIBRARIES}")
  target_include_directories(sequent::torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
  # Where the toolkit's folder has another version of a library that LibTorch brings (NCCL), the
  # linker looks into that one; the program, when it starts, into LibTorch's.
  if(TORCH_CUDA_LIBRARIES)
    target_link_options(sequent::torch INTERFACE LINKER:--allow-shlib-undefined)
  endif()
endif()
