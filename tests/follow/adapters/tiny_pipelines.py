"""Pipelines of the real classes, a few thousand numbers large, saved as a user would have them."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer, PreTrainedTokenizerFast, UMT5Config

WORDS = ("a", "woman", "man", "dances", "on", "the", "beach", "red", "shirt")


def save_animatediff(folder: Path) -> Path:
    """An AnimateDiffControlNetPipeline of 16-pixel pictures."""
    from diffusers import AnimateDiffControlNetPipeline, MotionAdapter

    torch.manual_seed(0)
    parts = stable_diffusion_parts(folder / "words")
    AnimateDiffControlNetPipeline(**parts, controlnet=controlnet(), motion_adapter=motion_adapter()).save_pretrained(
        folder / "pipeline"
    )
    assert isinstance(motion_adapter(), MotionAdapter)
    return folder / "pipeline"


def save_parts(folder: Path) -> tuple[Path, Path, Path]:
    """A Stable Diffusion, a motion adapter and a ControlNet in folders of their own."""
    from diffusers import StableDiffusionPipeline

    torch.manual_seed(0)
    parts = stable_diffusion_parts(folder / "words")
    base = StableDiffusionPipeline(
        **parts, safety_checker=None, feature_extractor=None, requires_safety_checker=False
    )  # fmt: skip
    base.save_pretrained(folder / "base")
    motion_adapter().save_pretrained(folder / "adapter")
    controlnet().save_pretrained(folder / "controlnet")
    return folder / "base", folder / "adapter", folder / "controlnet"


def stable_diffusion_parts(words: Path) -> dict[str, object]:
    from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel

    text = CLIPTextConfig(
        hidden_size=8, intermediate_size=16, num_attention_heads=2, num_hidden_layers=1, vocab_size=1000,
        bos_token_id=0, eos_token_id=1, pad_token_id=1,
    )  # fmt: skip
    return {
        "vae": AutoencoderKL(
            block_out_channels=(8, 8), norm_num_groups=8, latent_channels=4,
            down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2,
        ),
        "text_encoder": CLIPTextModel(text).eval(),
        "tokenizer": clip_tokenizer(words),
        "unet": UNet2DConditionModel(
            block_out_channels=(8, 8), layers_per_block=2, sample_size=8, cross_attention_dim=8, norm_num_groups=2,
            down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        ),
        "scheduler": DDIMScheduler(beta_schedule="linear", clip_sample=False),
    }  # fmt: skip


def motion_adapter() -> object:
    from diffusers import MotionAdapter

    return MotionAdapter(
        block_out_channels=(8, 8), motion_layers_per_block=2, motion_norm_num_groups=2, motion_num_attention_heads=4
    )


def controlnet() -> object:
    from diffusers import ControlNetModel

    made = ControlNetModel(
        block_out_channels=(8, 8), layers_per_block=2, in_channels=4, norm_num_groups=1, cross_attention_dim=8,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"), conditioning_embedding_out_channels=(8, 8),
    )  # fmt: skip
    for name, weights in made.named_parameters():
        if name.startswith(("controlnet_", "controlnet_cond_embedding.conv_out")):  # zero in an untrained one
            torch.nn.init.normal_(weights)
    return made


def save_wan_vace(folder: Path) -> Path:
    """A WanVACEPipeline of 16-pixel pictures."""
    from diffusers import AutoencoderKLWan, FlowMatchEulerDiscreteScheduler, WanVACEPipeline, WanVACETransformer3DModel
    from transformers import UMT5EncoderModel

    torch.manual_seed(0)
    text = UMT5Config(
        vocab_size=64, d_model=32, d_kv=8, d_ff=16, num_layers=1, num_heads=2, relative_attention_num_buckets=8
    )
    pipeline = WanVACEPipeline(
        tokenizer=plain_tokenizer(),
        text_encoder=UMT5EncoderModel(text).eval(),
        vae=AutoencoderKLWan(
            base_dim=3, z_dim=16, dim_mult=[1, 1, 1, 1], num_res_blocks=1, temperal_downsample=[False, True, True]
        ),
        scheduler=FlowMatchEulerDiscreteScheduler(shift=7.0),
        transformer=WanVACETransformer3DModel(
            patch_size=(1, 2, 2), num_attention_heads=2, attention_head_dim=12, in_channels=16, out_channels=16,
            text_dim=32, freq_dim=256, ffn_dim=32, num_layers=3, cross_attn_norm=True, qk_norm="rms_norm_across_heads",
            rope_max_seq_len=32, vace_layers=[0, 2], vace_in_channels=96,
        ),
    )  # fmt: skip
    pipeline.save_pretrained(folder / "pipeline")
    return folder / "pipeline"


def clip_tokenizer(folder: Path) -> CLIPTokenizer:
    folder.mkdir(parents=True)
    letters = [chr(code) for code in range(97, 123)]
    tokens = ["<|startoftext|>", "<|endoftext|>", *letters, *(f"{letter}</w>" for letter in letters)]
    (folder / "vocab.json").write_text(json.dumps({token: number for number, token in enumerate(tokens)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    return CLIPTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=77)


def plain_tokenizer() -> PreTrainedTokenizerFast:
    vocabulary = {word: number for number, word in enumerate(("<pad>", "</s>", "<unk>", *WORDS))}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>", eos_token="</s>", unk_token="<unk>")
