"""Uses OpenAI's and LangChain's Python clients as an application does, and prints what they give as JSON.

Arguments: the server's base URL, and the name of one case below.
"""

import asyncio
import json
import sys
import time

import openai
from langchain_openai import ChatOpenAI

BASE = sys.argv[1] + "/v1"
MODEL = "default"


def messages(text):
    return [{"role": "user", "content": text}]


def client(**options):
    return openai.OpenAI(**{"base_url": BASE, "api_key": "dev:alice", "max_retries": 0, **options})


def whole():
    answer = client().chat.completions.create(model=MODEL, messages=messages("echo:Hello there, 世界."))
    choice = answer.choices[0]
    return {
        "text": choice.message.content,
        "finish": choice.finish_reason,
        "total": answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens,
        "model": answer.model,
    }


def streamed():
    stream = client().chat.completions.create(
        model=MODEL, messages=messages("echo:50 words"), stream=True, stream_options={"include_usage": True}
    )
    text, ids, usage = "", set(), None
    for chunk in stream:
        ids.add(chunk.id)
        usage = chunk.usage or usage
        if chunk.choices:
            text += chunk.choices[0].delta.content or ""
    return {"text": text, "ids": len(ids), "usage": usage.completion_tokens > 0}


def helper():
    with client().chat.completions.stream(model=MODEL, messages=messages("echo:50 words")) as stream:
        for _ in stream:
            pass
        return {"text": stream.get_final_completion().choices[0].message.content}


async def asynchronous():
    answers = openai.AsyncOpenAI(base_url=BASE, api_key="dev:alice", max_retries=0).chat.completions
    one, stream = await asyncio.gather(
        answers.create(model=MODEL, messages=messages("echo:Hello.")),
        answers.create(model=MODEL, messages=messages("echo:20 words"), stream=True),
    )
    text = ""
    async for chunk in stream:
        text += chunk.choices[0].delta.content or ""
    return {"one": one.choices[0].message.content, "text": text}


def resumed():
    answers = client()
    chunks = list(answers.chat.completions.create(model=MODEL, messages=messages("echo:50 words"), stream=True))
    path = "/chat/completions/" + chunks[0].id
    rest = answers.get(
        path,
        cast_to=openai.types.chat.ChatCompletionChunk,
        options={"params": {"stream": True, "starting_after": 20}},
        stream=True,
        stream_cls=openai.Stream[openai.types.chat.ChatCompletionChunk],
    )
    return {"same": [c.to_dict() for c in rest] == [c.to_dict() for c in chunks[20:]], "count": len(chunks)}


def listed():
    models = client().models.list()
    return {"ids": [m.id for m in models], "one": client().models.retrieve(MODEL).id}


def refused():
    def of(action):
        try:
            action()
        except openai.APIStatusError as error:
            return [type(error).__name__, error.code, error.param, error.request_id is not None]
        return None

    ask = client().chat.completions.create
    return {
        "key": of(lambda: client(api_key="wrong").models.list()),
        "model": of(lambda: ask(model="none", messages=messages("Hi"))),
        "n": of(lambda: ask(model=MODEL, messages=messages("Hi"), n=2)),
        "path": of(lambda: client().get("/nothing", cast_to=object)),
    }


def response():
    answer = client().responses.create(model=MODEL, input="echo:Hello there, 世界.", metadata={"a": "b"})
    usage = answer.usage
    return {
        "text": answer.output_text,
        "status": answer.status,
        "total": usage.total_tokens == usage.input_tokens + usage.output_tokens,
        "details": [usage.input_tokens_details.cached_tokens, usage.output_tokens_details.reasoning_tokens],
        "metadata": answer.metadata,
        "again": client().responses.retrieve(answer.id).output_text,
    }


def response_streamed():
    events = list(client().responses.create(model=MODEL, input="echo:50 words", stream=True))
    rest = client().responses.retrieve(events[0].response.id, stream=True, starting_after=20)
    return {
        "text": "".join(event.delta for event in events if event.type == "response.output_text.delta"),
        "numbers": [event.sequence_number for event in events] == list(range(len(events))),
        "last": [events[-1].type, events[-1].response.output_text],
        "rest": [event.to_dict() for event in rest] == [event.to_dict() for event in events[21:]],
    }


def response_helper():
    with client().responses.stream(model=MODEL, input="echo:50 words") as stream:
        for _ in stream:
            pass
        whole = stream.get_final_response()
    with client().responses.stream(response_id=whole.id, starting_after=10) as stream:
        first = next(iter(stream)).sequence_number
        again = stream.get_final_response()
    return {"text": whole.output_text, "first": first, "again": again.output_text}


def response_background():
    answers = client().responses
    asked = answers.create(model=MODEL, input="echo:100 words @200/s", background=True)
    polled = asked
    for _ in range(600):
        if polled.status not in ("queued", "in_progress"):
            break
        time.sleep(0.05)
        polled = answers.retrieve(asked.id)
    running = answers.create(model=MODEL, input="echo:5000 words @50/s", background=True)
    cancelled = [answers.cancel(running.id).status for _ in range(2)]
    answers.delete(running.id)
    try:
        answers.retrieve(running.id)
        gone = None
    except openai.NotFoundError as error:
        gone = error.param
    return {"asked": asked.status, "text": polled.output_text, "cancelled": cancelled, "gone": gone}


def response_next():
    answers = client().responses
    first = answers.create(model=MODEL, input="echo:One.")
    second = answers.create(model=MODEL, input="echo:Two.", previous_response_id=first.id)
    items = [item.content[0].text for item in answers.input_items.list(second.id)]
    try:
        answers.create(model=MODEL, input="Hi", previous_response_id="resp_none")
        refused = None
    except openai.BadRequestError as error:
        refused = [error.code, error.param]
    return {"items": items, "refused": refused}


def langchain_responses():
    llm = ChatOpenAI(model=MODEL, base_url=BASE, api_key="dev:alice", max_retries=0, use_responses_api=True)
    whole = llm.invoke("echo:Hello.")
    following = llm.invoke([("user", "echo:One."), whole, ("user", "echo:Two.")])
    return {
        "text": whole.text,
        "streamed": "".join(chunk.text for chunk in llm.stream("echo:20 words")),
        "next": following.text,
    }


def langchain():
    llm = ChatOpenAI(model=MODEL, base_url=BASE, api_key="dev:alice", max_retries=0)
    return {
        "text": llm.invoke("echo:Hello.").content,
        "streamed": "".join(chunk.content for chunk in llm.stream("echo:20 words")),
    }


CASES = [
    *[whole, streamed, helper, asynchronous, resumed, listed, refused, langchain],
    *[response, response_streamed, response_helper, response_background, response_next, langchain_responses],
]
case = next(each for each in CASES if each.__name__ == sys.argv[2])
result = case()
print(json.dumps(asyncio.run(result) if asyncio.iscoroutine(result) else result))
