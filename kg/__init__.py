"""gongfu-kg: Chinese local news on rural revitalisation and finance as a knowledge graph."""

__version__ = "0.1.0"
